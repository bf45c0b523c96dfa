// JSON by nlohmann's event parser: it builds nothing itself and does not recurse.
#include "document/json.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>

#include "document/tree_builder.h"
#include "document/utf8.h"
#include "outcome/try.h"

namespace winnow::document {
namespace {

// Counts lines as the parser reads. A line break counts when the character after it is read: a
// parser that has looked one character beyond a number is still on the number's line.
class LineIterator {
 public:
  using difference_type = std::ptrdiff_t;
  using value_type = char;
  using pointer = const char*;
  using reference = const char&;
  using iterator_category = std::input_iterator_tag;

  LineIterator(const char* at, int* line) : at_(at), line_(line) {}
  reference operator*() const {
    *line_ += breaks_;
    breaks_ = 0;
    return *at_;
  }
  LineIterator& operator++() {
    if (*at_ == '\n') ++breaks_;
    ++at_;
    return *this;
  }
  bool operator==(const LineIterator& other) const { return at_ == other.at_; }
  bool operator!=(const LineIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  int* line_;
  mutable int breaks_ = 0;
};

class JsonEvents : public nlohmann::json_sax<Json> {
 public:
  JsonEvents(TreeBuilder& builder, const int& line) : builder_(builder), line_(line) {}

  bool null() override { return builder_.scalar(nullptr, line_); }
  bool boolean(bool value) override { return builder_.scalar(value, line_); }
  bool number_integer(number_integer_t value) override { return builder_.scalar(value, line_); }
  // Whoever asks for an integer gets one of 64 bits with a sign; beyond it a number is no integer.
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return builder_.scalar(static_cast<double>(value), line_);
    }
    return builder_.scalar(static_cast<std::int64_t>(value), line_);
  }
  bool number_float(number_float_t value, const string_t& /*text*/) override {
    return builder_.scalar(value, line_);
  }
  bool string(string_t& value) override { return builder_.scalar(std::move(value), line_); }
  bool binary(binary_t& /*value*/) override { return builder_.refuse(line_, "binary data"); }
  bool start_object(std::size_t /*size*/) override { return builder_.begin_object(line_); }
  bool key(string_t& name) override { return builder_.key(std::move(name), line_); }
  bool end_object() override { return builder_.end(line_); }
  bool start_array(std::size_t /*size*/) override { return builder_.begin_array(line_); }
  bool end_array() override { return builder_.end(line_); }
  // The parser's own message may repeat a part of the text, and with it a secret; the line says
  // enough.
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    other_syntax_ = true;
    return builder_.refuse(line_, "this is not JSON");
  }

  bool other_syntax() const { return other_syntax_; }

 private:
  TreeBuilder& builder_;
  const int& line_;
  bool other_syntax_ = false;
};

}  // namespace

Outcome<void> check_text(std::string_view text, const std::string& name) {
  if (text.size() > kLargestText) {
    return fail(FailureKind::configuration, name + ": larger than 10 MiB");
  }
  if (const auto good = utf8_prefix(text); good < text.size()) {
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(good), '\n');
    return fail(FailureKind::configuration,
                name + ":" + std::to_string(line) + ": the text is not UTF-8");
  }
  return {};
}

JsonResult read_json(std::string_view text, TreeBuilder& builder) {
  int line = 1;
  JsonEvents events(builder, line);
  const LineIterator first(text.data(), &line);
  const LineIterator last(text.data() + text.size(), &line);
  if (Json::sax_parse(first, last, &events)) return JsonResult::whole;
  return events.other_syntax() ? JsonResult::other_syntax : JsonResult::refused;
}

Outcome<Document> parse_json(std::string_view text, std::string name) {
  WINNOW_CHECK(check_text(text, name));
  TreeBuilder builder;
  if (read_json(text, builder) != JsonResult::whole) return fail(builder.refusal()->failure(name));
  return std::move(builder).take(std::move(name));
}

}  // namespace winnow::document
