// Filters for strings and numbers.
#include <cmath>

#include "document/json_text.h"
#include "document/strings.h"
#include "hosts/cli/expression/functions/characters.h"
#include "hosts/cli/expression/functions/functions.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

constexpr std::size_t kLongestResult = std::size_t{1024} * 1024;

// From a string to a value, and from a string and one argument that is a string.
template <auto Function>
Outcome<Json> of_string(const Invocation& call) {
  if (call.input.is_null()) return Json();
  WINNOW_TRY(const auto text, string_of(call.input));
  return Json(Function(text));
}
template <auto Function>
Outcome<Json> of_strings(const Invocation& call) {
  if (call.input.is_null()) return Json();
  WINNOW_TRY(const auto text, string_of(call.input));
  WINNOW_TRY(const auto argument, string_of(call.argument(0)));
  return Json(Function(text, argument));
}

std::string trim(std::string_view text) {
  return std::string(document::trimmed(text));
}

Outcome<Json> default_value(const Invocation& call) {
  return is_empty(call.input) ? call.argument(0) : call.input;
}

Outcome<std::string> replaced(const std::string& text, const std::string& from,
                              const std::string& to) {
  if (from.empty()) return refuse("the string to be replaced is empty");
  std::string result;
  std::size_t start = 0;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, start)) {
    result.append(text, start, at - start).append(to);
    start = at + from.size();
    if (result.size() > kLongestResult) return refuse("the result is longer than 1 MiB");
  }
  return result.append(text, start);
}

Outcome<Json> replace(const Invocation& call) {
  const Json& pairs = call.argument(0);
  if (call.argument(1) == Json(true)) return refuse("regular expressions are not supported");
  if (!pairs.is_object()) {
    return refuse("expected a map of replacements, found " + described(pairs));
  }
  WINNOW_TRY(auto text, string_of(call.input));
  for (const auto& [from, to] : pairs.items()) {
    WINNOW_TRY(text, replaced(text, from, printed(to)));
  }
  return Json(std::move(text));
}

// Java splits by a regular expression. A delimiter that would mean one is refused, but for one
// escaped character.
Outcome<std::string> plain_delimiter(const std::string& delimiter) {
  constexpr std::string_view kSpecial = "\\^$.|?*+()[]{}";
  const bool escaped = delimiter.size() == 2 && delimiter[0] == '\\' &&
                       kSpecial.find(delimiter[1]) != std::string_view::npos;
  if (escaped) return delimiter.substr(1);
  if (delimiter.empty()) return refuse("the delimiter is empty");
  if (delimiter.find_first_of(kSpecial) == std::string::npos) return delimiter;
  return refuse("'" + delimiter +
                "' is a regular expression, only plain strings are supported (a '.' is written "
                "'\\\\.')");
}

Outcome<Json> split(const Invocation& call) {
  WINNOW_TRY(const auto text, string_of(call.input));
  WINNOW_TRY(const auto given, string_of(call.argument(0)));
  WINNOW_TRY(const auto delimiter, plain_delimiter(given));
  Json parts = Json::array();
  std::size_t start = 0;
  for (auto at = text.find(delimiter); at != std::string::npos; at = text.find(delimiter, start)) {
    parts.push_back(text.substr(start, at - start));
    start = at + delimiter.size();
  }
  parts.push_back(text.substr(start));
  // Java leaves empty parts at the end out.
  while (parts.size() > 1 && parts.back() == Json("")) parts.erase(parts.size() - 1);
  return parts;
}

bool starts_with(const std::string& text, const std::string& start) {
  return text.starts_with(start);
}
bool ends_with(const std::string& text, const std::string& end) {
  return text.ends_with(end);
}

// Without the separator, what is before it is the whole string and what is after it is nothing.
template <bool Last, bool Before>
std::string substring(const std::string& text, const std::string& separator) {
  const auto at = Last ? text.rfind(separator) : text.find(separator);
  if (at == std::string::npos) return Before ? text : std::string();
  return Before ? text.substr(0, at) : text.substr(at + separator.size());
}

Outcome<Json> number(const Invocation& call) {
  if (call.input.is_number()) return call.input;
  WINNOW_TRY(const auto text, string_of(call.input));
  const Json& type = call.argument(0);
  const bool whole = type == Json("INT") || type == Json("LONG");
  const bool real = type == Json("FLOAT") || type == Json("DOUBLE");
  if (!type.is_null() && !whole && !real) {
    return refuse("expected the type INT, LONG, FLOAT or DOUBLE, found " + described(type));
  }
  const auto as_whole = document::number_of<std::int64_t>(text);
  if (as_whole && !real) return Json(*as_whole);
  const auto as_real = document::number_of<double>(text);
  if (as_real && !whole && std::isfinite(*as_real)) return Json(*as_real);
  return refuse(described(call.input) + " is not such a number");
}

Outcome<Json> absolute(const Invocation& call) {
  if (call.input.is_number_float()) return Json(std::abs(call.input.get<double>()));
  const auto whole = whole_number(call.input);
  if (whole && *whole != INT64_MIN) return Json(std::abs(*whole));
  return refuse("expected a number, found " + described(call.input));
}

Outcome<Json> to_json(const Invocation& call) {
  return Json(document::json_line(call.input));
}

}  // namespace

std::vector<Callable> string_filters() {
  return {
      {"default", {"default"}, 1, default_value, true},
      {"upper", {}, 0, of_string<upper>},
      {"lower", {}, 0, of_string<lower>},
      {"trim", {}, 0, of_string<trim>},
      {"replace", {"replace_pairs", "regexp"}, 1, unless_null<replace>},
      {"split", {"delimiter"}, 1, unless_null<split>},
      {"startsWith", {"value"}, 1, of_strings<starts_with>},
      {"endsWith", {"value"}, 1, of_strings<ends_with>},
      {"substringBefore", {"separator"}, 1, of_strings<substring<false, true>>},
      {"substringBeforeLast", {"separator"}, 1, of_strings<substring<true, true>>},
      {"substringAfter", {"separator"}, 1, of_strings<substring<false, false>>},
      {"substringAfterLast", {"separator"}, 1, of_strings<substring<true, false>>},
      {"number", {"type"}, 0, unless_null<number>},
      {"abs", {}, 0, absolute},
      {"json", {}, 0, to_json},
      {"toJson", {}, 0, to_json},
  };
}

}  // namespace winnow::cli::expression
