// Filters that work on texts and numbers.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>

#include "document/trimmed.h"
#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/functions/utf8_text.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli::expression {
namespace {

constexpr std::size_t kLongestResult = std::size_t{1024} * 1024;

Result<std::string> text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return problem("expected a text, found " + description(value));
}

// A filter from text to text; null stays null, as in Pebble.
Result<Json> mapped(const Json& input, std::string (*change)(std::string_view)) {
  if (input.is_null()) return input;
  return text_of(input).map([change](const std::string& text) { return Json(change(text)); });
}

Result<Json> call_upper(const Invocation& call) {
  return mapped(call.input, upper);
}
Result<Json> call_lower(const Invocation& call) {
  return mapped(call.input, lower);
}
Result<Json> call_trim(const Invocation& call) {
  return mapped(call.input,
                [](std::string_view text) { return std::string(document::trimmed(text)); });
}

Result<Json> call_default(const Invocation& call) {
  return is_empty(call.input) ? call.argument(0) : call.input;
}

Result<std::string> replaced(const std::string& text, const std::string& from,
                             const std::string& to) {
  if (from.empty()) return problem("the text to be replaced is empty");
  std::string result;
  std::size_t start = 0;
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, start)) {
    result.append(text, start, at - start).append(to);
    start = at + from.size();
    if (result.size() > kLongestResult) return problem("the result is longer than 1 MiB");
  }
  return result.append(text, start);
}

Result<Json> call_replace(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  if (call.argument(1) == Json(true)) return problem("regular expressions are not supported");
  const Json& pairs = call.argument(0);
  if (!pairs.is_object())
    return problem("expected a map of replacements, found " + description(pairs));
  auto text = text_of(call.input);
  for (const auto& [from, to] : pairs.items()) {
    if (text) text = replaced(std::move(*text), from, to_text(to));
  }
  return text.map([](std::string& done) { return Json(std::move(done)); });
}

// Java splits by a regular expression. A delimiter that would mean one is refused, but for one
// escaped character.
Result<std::string> plain_delimiter(const std::string& delimiter) {
  constexpr std::string_view kSpecial = "\\^$.|?*+()[]{}";
  if (delimiter.size() == 2 && delimiter[0] == '\\' &&
      kSpecial.find(delimiter[1]) != std::string_view::npos) {
    return delimiter.substr(1);
  }
  if (delimiter.empty()) return problem("the delimiter is empty");
  if (delimiter.find_first_of(kSpecial) == std::string::npos) return delimiter;
  return problem(
      "'" + delimiter +
      "' is a regular expression, only plain text is supported (a '.' is written '\\\\.')");
}

Result<Json> call_split(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  const auto text = text_of(call.input);
  if (!text) return problem(text.error());
  const auto given = text_of(call.argument(0));
  if (!given) return problem(given.error());
  const auto delimiter = plain_delimiter(*given);
  if (!delimiter) return problem(delimiter.error());
  Json parts = Json::array();
  std::size_t start = 0;
  for (auto at = text->find(*delimiter); at != std::string::npos;
       at = text->find(*delimiter, start)) {
    parts.push_back(text->substr(start, at - start));
    start = at + delimiter->size();
  }
  parts.push_back(text->substr(start));
  // Java leaves empty parts at the end out.
  while (parts.size() > 1 && parts.back() == Json("")) parts.erase(parts.size() - 1);
  return parts;
}

Result<Json> compared(const Invocation& call, bool (*holds)(std::string_view, std::string_view)) {
  if (call.input.is_null()) return call.input;
  const auto text = text_of(call.input);
  if (!text) return problem(text.error());
  const auto part = text_of(call.argument(0));
  if (!part) return problem(part.error());
  return Json(holds(*text, *part));
}

Result<Json> call_starts_with(const Invocation& call) {
  return compared(
      call, [](std::string_view text, std::string_view part) { return text.starts_with(part); });
}

Result<Json> call_ends_with(const Invocation& call) {
  return compared(
      call, [](std::string_view text, std::string_view part) { return text.ends_with(part); });
}

// Without the separator, `before` gives the whole text and `after` nothing.
Result<Json> substring(const Invocation& call, bool last, bool before) {
  if (call.input.is_null()) return call.input;
  const auto text = text_of(call.input);
  if (!text) return problem(text.error());
  const auto separator = text_of(call.argument(0));
  if (!separator) return problem(separator.error());
  const auto at = last ? text->rfind(*separator) : text->find(*separator);
  if (at == std::string::npos) return Json(before ? *text : std::string());
  return Json(before ? text->substr(0, at) : text->substr(at + separator->size()));
}

Result<Json> call_before(const Invocation& call) {
  return substring(call, false, true);
}
Result<Json> call_before_last(const Invocation& call) {
  return substring(call, true, true);
}
Result<Json> call_after(const Invocation& call) {
  return substring(call, false, false);
}
Result<Json> call_after_last(const Invocation& call) {
  return substring(call, true, false);
}

template <class Number>
std::optional<Number> converted(std::string_view text) {
  Number number{};
  const auto* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

Result<Json> call_number(const Invocation& call) {
  if (call.input.is_null() || call.input.is_number()) return call.input;
  const auto text = text_of(call.input);
  if (!text) return problem(text.error());
  const Json& type = call.argument(0);
  const bool whole = type == Json("INT") || type == Json("LONG");
  const bool real = type == Json("FLOAT") || type == Json("DOUBLE");
  if (!type.is_null() && !whole && !real) {
    return problem("expected the type INT, LONG, FLOAT or DOUBLE, found " + description(type));
  }
  if (const auto number = converted<std::int64_t>(*text); number && !real) return Json(*number);
  if (const auto number = converted<double>(*text); number && !whole && std::isfinite(*number))
    return Json(*number);
  return problem(description(call.input) + " is not such a number");
}

Result<Json> call_abs(const Invocation& call) {
  if (!call.input.is_number())
    return problem("expected a number, found " + description(call.input));
  return call.input < Json(0) ? negate(call.input) : call.input;
}

Result<Json> call_to_json(const Invocation& call) {
  return Json(call.input.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

const std::vector<Callable>& text_filters() {
  static const std::vector<Callable> table = {
      {"default", {"default"}, 1, false, call_default, true},
      {"upper", {}, 0, false, call_upper},
      {"lower", {}, 0, false, call_lower},
      {"trim", {}, 0, false, call_trim},
      {"replace", {"replace_pairs", "regexp"}, 1, false, call_replace},
      {"split", {"delimiter"}, 1, false, call_split},
      {"startsWith", {"value"}, 1, false, call_starts_with},
      {"endsWith", {"value"}, 1, false, call_ends_with},
      {"substringBefore", {"separator"}, 1, false, call_before},
      {"substringBeforeLast", {"separator"}, 1, false, call_before_last},
      {"substringAfter", {"separator"}, 1, false, call_after},
      {"substringAfterLast", {"separator"}, 1, false, call_after_last},
      {"number", {"type"}, 0, false, call_number},
      {"abs", {}, 0, false, call_abs},
      {"json", {}, 0, false, call_to_json},
      {"toJson", {}, 0, false, call_to_json},
  };
  return table;
}

}  // namespace winnow::cli::expression
