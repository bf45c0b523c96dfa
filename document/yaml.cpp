// YAML by yaml-cpp's event parser, typed by the core schema of YAML 1.2. Its node tree is not used:
// it follows aliases without bound and forgets which scalars were in quotes.
#include "document/yaml.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <sstream>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "document/json.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "document/text_file.h"
#include "document/tree_builder.h"
#include "outcome/try.h"

namespace winnow::document {
namespace {

// yaml-cpp holds a line with an open bracket in memory until it knows that no key is on it, 240
// bytes a byte.
constexpr std::size_t kLargestYaml = std::size_t{1024} * 1024;

bool one_of(std::string_view text, std::initializer_list<std::string_view> texts) {
  for (const auto& candidate : texts) {
    if (text == candidate) return true;
  }
  return false;
}

bool only(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

constexpr std::string_view kDigits = "0123456789";

// Takes the digits off the front and says how many there were.
std::size_t skip_digits(std::string_view& text) {
  const auto end = std::min(text.find_first_not_of(kDigits), text.size());
  text.remove_prefix(end);
  return end;
}

// [-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?
bool looks_like_number(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  std::size_t digits = skip_digits(text);
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    digits += skip_digits(text);
  }
  if (digits == 0) return false;
  if (text.empty()) return true;
  if (text.front() != 'e' && text.front() != 'E') return false;
  text.remove_prefix(1);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return only(text, kDigits);
}

// A number by the core schema; nothing for another string, or for a number that no double can hold.
std::optional<Json> number(std::string_view text) {
  for (const auto& [prefix, base, digits] :
       {std::tuple{"0o", 8, "01234567"}, std::tuple{"0x", 16, "0123456789abcdefABCDEF"}}) {
    if (!text.starts_with(prefix) || !only(text.substr(2), digits)) continue;
    if (const auto integer = number_of<std::int64_t>(text.substr(2), base)) return Json(*integer);
    return std::nullopt;
  }
  if (!looks_like_number(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  if (const auto integer = number_of<std::int64_t>(text)) return Json(*integer);
  if (const auto real = number_of<double>(text)) return Json(*real);
  return std::nullopt;
}

Json plain_scalar(const std::string& text) {
  if (one_of(text, {"", "~", "null", "Null", "NULL"})) return nullptr;
  if (one_of(text, {"true", "True", "TRUE"})) return true;
  if (one_of(text, {"false", "False", "FALSE"})) return false;
  return number(text).value_or(Json(text));
}

enum class Version { core_1_2, application_1_1 };

// Digits with what YAML 1.1 takes for a part of a number: 007, 1_000, 12:30:00, 0x1F, 0b1.
bool is_number_of_1_1(std::string_view text) {
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  if (text.empty() || !is_digit(text.front())) return false;
  return only(text, "0123456789_") || only(text, "0123456789_:") ||
         (text.starts_with("0x") && only(text.substr(2), "0123456789abcdefABCDEF_")) ||
         (text.starts_with("0b") && only(text.substr(2), "01_"));
}

Json plain_scalar_of_1_1(const std::string& text) {
  const auto word = lower(text);
  const bool cased = text == word || text.substr(1) == word.substr(1) ||
                     std::none_of(text.begin(), text.end(), [](char c) { return lower(c) == c; });
  if (cased && one_of(word, {"yes", "on"})) return true;
  if (cased && one_of(word, {"no", "off"})) return false;
  auto value = plain_scalar(text);
  if (value.is_number_integer() && value.dump() == text) return value;
  return value.is_number() || is_number_of_1_1(text) ? Json(0.0) : value;
}

// Lays the mapping that `<<` refers to under the members beside it.
void merge(Json& object, const Json& base) {
  for (const auto& member : base.items()) {
    if (!object.contains(member.key())) object[member.key()] = member.value();
  }
}

Json both(Json first, Json second) {
  if (!first.is_array()) first = Json::array({std::move(first)});
  if (!second.is_array()) second = Json::array({std::move(second)});
  for (auto& each : second) first.push_back(std::move(each));
  return first;
}

// Of a key that stands several times the last counts; of `<<` each does.
void settle_repeated_keys(Json& value) {
  if (!value.is_structured()) return;
  for (auto& inner : value) settle_repeated_keys(inner);
  if (!value.is_object()) return;
  auto& members = value.get_ref<Json::object_t&>();
  std::map<std::string, std::ptrdiff_t> places;
  Json::object_t settled;
  for (auto& [key, member] : members) {
    const auto [place, is_new] = places.emplace(key, settled.size());
    if (is_new) {
      settled.emplace_back(key, std::move(member));
      continue;
    }
    Json& before = (settled.begin() + place->second)->second;
    before = key == "<<" ? both(std::move(before), std::move(member)) : std::move(member);
  }
  members = std::move(settled);
}

void resolve_merge_keys(Json& value) {
  if (!value.is_structured()) return;
  for (auto& inner : value) resolve_merge_keys(inner);
  if (!value.is_object()) return;
  const auto found = value.find("<<");
  if (found == value.end()) return;
  const bool list = found->is_array();
  const bool objects = list ? std::all_of(found->begin(), found->end(),
                                          [](const Json& each) { return each.is_object(); })
                            : found->is_object();
  if (!objects) return;
  const Json bases = list ? *found : Json::array({*found});
  value.erase("<<");
  for (const auto& base : bases) merge(value, base);
}

// Thrown to leave yaml-cpp's parser, which has no other way out; caught in parse_yaml.
struct Stop {};

class YamlEvents : public YAML::EventHandler {
 public:
  explicit YamlEvents(TreeBuilder& builder, Version version)
      : builder_(builder), version_(version) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (std::exchange(started_, true)) refuse(mark, "a second document; one file holds one");
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    scalar(nullptr, mark, anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& text) override {
    const bool quoted = tag == "!" || tag == "tag:yaml.org,2002:str";
    if (!quoted && tag != "?" && !tag.empty()) unknown_tag(mark);
    // A port, a status, or `on`: Micronaut makes a text of each key.
    const bool is_key = version_ == Version::application_1_1 && builder_.expects_key();
    if (quoted || is_key) return scalar(Json(text), mark, anchor);
    scalar(version_ == Version::core_1_2 ? plain_scalar(text) : plain_scalar_of_1_1(text), mark,
           anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (builder_.expects_key()) refuse(mark, "an alias can't be a key");
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(mark, "this alias stands inside of what it refers to");
    go_on(builder_.alias(found->second, line(mark)));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    container(mark, tag, "tag:yaml.org,2002:seq", anchor);
    go_on(builder_.begin_array(line(mark)));
  }
  void OnSequenceEnd() override { end(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    container(mark, tag, "tag:yaml.org,2002:map", anchor);
    go_on(builder_.begin_object(line(mark)));
  }
  void OnMapEnd() override { end(); }

 private:
  static int line(const YAML::Mark& mark) { return mark.line + 1; }

  static void go_on(bool possible) {
    if (!possible) throw Stop{};
  }

  [[noreturn]] void refuse(const YAML::Mark& mark, std::string reason) {
    builder_.refuse(line(mark), std::move(reason));
    throw Stop{};
  }

  [[noreturn]] void unknown_tag(const YAML::Mark& mark) {
    refuse(
        mark,
        "a tag (a word that begins with !) that is not known here; a string that begins so wants "
        "quotes");
  }

  void scalar(Json value, const YAML::Mark& mark, YAML::anchor_t anchor) {
    last_line_ = line(mark);
    if (anchor != YAML::NullAnchor) anchors_[anchor] = Anchored{value, 1, 0};
    if (!builder_.expects_key()) return go_on(builder_.scalar(std::move(value), last_line_));
    if (!value.is_string()) {
      refuse(mark,
             "a key that is not a string (write it in quotes), or a list that is never closed");
    }
    go_on(builder_.key(value.get<std::string>(), last_line_));
  }

  void container(const YAML::Mark& mark, const std::string& tag, std::string_view own_tag,
                 YAML::anchor_t anchor) {
    last_line_ = line(mark);
    if (builder_.expects_key()) refuse(mark, "a list or an object can't be a key");
    if (!tag.empty() && tag != "?" && tag != "!" && tag != own_tag) unknown_tag(mark);
    open_anchors_.push_back(anchor);
  }

  void end() {
    const auto anchor = open_anchors_.back();
    open_anchors_.pop_back();
    std::optional<Anchored> kept;
    go_on(builder_.end(last_line_, anchor == YAML::NullAnchor ? nullptr : &kept));
    if (kept) anchors_[anchor] = std::move(*kept);
  }

  TreeBuilder& builder_;
  Version version_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  std::vector<YAML::anchor_t> open_anchors_;
  int last_line_ = 1;
  bool started_ = false;
};

Outcome<void> check_characters(std::string_view text, const std::string& name) {
  int line = 1;
  for (const char character : text) {
    if (character == '\n') ++line;
    const auto code = static_cast<unsigned char>(character);
    if (code >= 0x20 || character == '\t' || character == '\n' || character == '\r') continue;
    return fail(FailureKind::configuration,
                name + ":" + std::to_string(line) +
                    ": a control character; YAML wants it escaped, in double quotes");
  }
  return {};
}

bool may_be_json(std::string_view text) {
  const auto first = text.find_first_not_of(kWhiteSpace);
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

// The line, from 1; the mark of a text that ends too early stands behind its end.
int line_of(const YAML::Exception& error, std::string_view text) {
  if (error.mark.is_null()) return 1;
  const auto breaks = std::count(text.begin(), text.end(), '\n');
  const auto lines = static_cast<int>(breaks) + (text.ends_with('\n') ? 0 : 1);
  return std::min(error.mark.line + 1, std::max(lines, 1));
}

std::string reason_of(const YAML::Exception& error) {
  // The scanner met the end of the document that build() wrote behind the text.
  if (error.msg == YAML::ErrorMsg::DOC_IN_SCALAR)
    return "this is not YAML: a quote that is never closed";
  // The part behind a colon is text of the document, which may be a secret.
  return "this is not YAML: " + error.msg.substr(0, error.msg.find(": "));
}

// Feeds the events of one document after the other to a builder of its own, and calls `take` at its
// end. False where the builder has refused something.
template <class Take>
bool build(std::string_view text, Version version, TreeBuilder& builder, const Take& take) {
  try {
    // Without a document's end after it, yaml-cpp takes a quote that the text never closes.
    std::istringstream stream{std::string(text) + (text.ends_with('\n') ? "...\n" : "\n...\n")};
    YAML::Parser parser(stream);
    const bool many = version == Version::application_1_1;
    for (bool first = true;; first = false) {
      YamlEvents events(builder, version);
      if (!parser.HandleNextDocument(events)) {
        if (first && builder.scalar(nullptr, 1)) take();
        return true;
      }
      if (!many) parser.HandleNextDocument(events);  // leaves by Stop if there is a second one
      take();
      if (!many) return true;
    }
  } catch (const Stop&) {
    return false;
  } catch (const YAML::Exception& error) {
    return builder.refuse(line_of(error, text), reason_of(error));
  }
}

Outcome<std::vector<Document>> parse(std::string_view text, std::string name, Version version) {
  WINNOW_CHECK(check_text(text, name));
  WINNOW_CHECK(check_characters(text, name));
  std::vector<Document> documents;
  const auto repeated =
      version == Version::core_1_2 ? TreeBuilder::Repeated::refused : TreeBuilder::Repeated::kept;
  TreeBuilder builder(repeated);
  const auto take = [&] {
    auto& value = documents.emplace_back(std::move(builder).take(name)).value;
    if (version == Version::application_1_1) settle_repeated_keys(value);
    resolve_merge_keys(value);
    builder = TreeBuilder(repeated);
  };
  // JSON that a program wrote has escapes (surrogate pairs, `\/`) and tabs that yaml-cpp does not
  // take.
  auto result = may_be_json(text) ? read_json(text, builder) : JsonResult::other_syntax;
  if (result == JsonResult::whole) take();
  if (result == JsonResult::other_syntax) {
    if (text.size() > kLargestYaml)
      return fail(FailureKind::configuration, name + ": larger than 1 MiB");
    builder = TreeBuilder(repeated);
    result = build(text, version, builder, take) ? JsonResult::whole : JsonResult::refused;
  }
  if (result == JsonResult::refused) return fail(builder.refusal()->failure(name));
  return documents;
}

}  // namespace

std::string Document::place(std::string_view pointer) const {
  for (;; pointer = parent_of(pointer)) {
    const auto found = lines.find(std::string(pointer));
    if (found != lines.end()) return name + ":" + std::to_string(found->second);
    if (pointer.empty()) return name;
  }
}

Outcome<Document> parse_yaml(std::string_view text, std::string name) {
  WINNOW_TRY(auto documents, parse(text, std::move(name), Version::core_1_2));
  return std::move(documents.front());
}

Outcome<std::vector<Document>> parse_application_yaml(std::string_view text, std::string name) {
  return parse(text, std::move(name), Version::application_1_1);
}

Outcome<Document> read_yaml_file(const std::string& path) {
  WINNOW_TRY(const auto text, read_text_file(path, kLargestText));
  return parse_yaml(text, path);
}

}  // namespace winnow::document
