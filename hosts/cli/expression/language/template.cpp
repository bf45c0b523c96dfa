#include "hosts/cli/expression/language/template.h"

#include <algorithm>

#include "document/strings.h"
#include "hosts/cli/expression/language/lexer.h"
#include "hosts/cli/expression/language/mistake.h"
#include "hosts/cli/expression/language/parser.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

using document::kWhiteSpace;

// Where the next `{{`, `{%` or `{#` is.
std::size_t next_mark(std::string_view text, std::size_t from) {
  for (auto at = text.find('{', from); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const char after = at + 1 < text.size() ? text[at + 1] : '\0';
    if (after == '{' || after == '%' || after == '#') return at;
  }
  return std::string_view::npos;
}

}  // namespace

Outcome<Template> Template::parse(std::string text, const Callables& callables) {
  Template result;
  result.source_ = std::move(text);
  const std::string_view source = result.source_;
  std::size_t at = 0;
  for (auto mark = next_mark(source, at); mark != std::string_view::npos;
       mark = next_mark(source, at)) {
    if (source[mark + 1] == '%') {
      return result.mistake_at(mark, "{% %} blocks are not supported, use {{ condition ? a : b }}");
    }
    if (source[mark + 1] == '{') {
      WINNOW_CHECK(result.add_expression(mark, at, callables));
      continue;
    }
    const auto end = source.find("#}", mark + 2);
    if (end == std::string_view::npos) {
      return result.mistake_at(mark, "the comment that begins here has no end");
    }
    result.add_text(source.substr(at, mark - at));
    at = end + 2;
  }
  result.add_text(source.substr(at));
  return result;
}

// Takes what lies before the mark too, and moves `at` to what follows.
Outcome<void> Template::add_expression(std::size_t mark, std::size_t& at,
                                       const Callables& callables) {
  const std::string_view source = source_;
  // `{{- x` drops the white space before it, `{{-1` is a negative number.
  const bool trims = mark + 3 < source.size() && source[mark + 2] == '-' &&
                     kWhiteSpace.find(source[mark + 3]) != std::string_view::npos;
  auto before = source.substr(at, mark - at);
  if (trims) before = before.substr(0, before.find_last_not_of(kWhiteSpace) + 1);
  add_text(before);
  WINNOW_TRY(const auto tokens, tokenize(source, mark + (trims ? 3 : 2)));
  WINNOW_TRY(Node node, expression::parse(tokens, source, callables));
  parts_.emplace_back(std::move(node));
  at = tokens.after;
  if (tokens.trim) at = std::min(source.find_first_not_of(kWhiteSpace, at), source.size());
  return {};
}

void Template::add_text(std::string_view text) {
  if (!text.empty()) parts_.emplace_back(std::string(text));
}

Outcome<Json> Template::value(const Scope& scope) const {
  constexpr std::size_t kLongest = std::size_t{10} * 1024 * 1024;
  std::string text;
  for (const auto& part : parts_) {
    if (const auto* plain = std::get_if<std::string>(&part)) {
      text += *plain;
      continue;
    }
    WINNOW_TRY(Value value, evaluate(std::get<Node>(part), source_, scope));
    if (parts_.size() == 1) return std::move(value).take();
    text += printed(*value);
    if (text.size() > kLongest) return refuse("the string becomes longer than 10 MiB");
  }
  return Json(std::move(text));
}

std::vector<Reference> Template::references() const {
  std::vector<Reference> all;
  for (const auto& part : parts_) {
    const auto* node = std::get_if<Node>(&part);
    if (node == nullptr) continue;
    for (auto& reference : expression::references(*node)) all.push_back(std::move(reference));
  }
  return all;
}

tl::unexpected<Failure> Template::mistake_at(std::size_t offset, const std::string& message) const {
  return mistake(source_, offset, message);
}

}  // namespace winnow::cli::expression
