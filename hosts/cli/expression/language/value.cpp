#include "hosts/cli/expression/language/value.h"

#include <limits>

#include "document/json_text.h"
#include "document/strings.h"

namespace winnow::cli::expression {

std::string printed(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  return document::json_line(value);
}

std::string described(const Json& value) {
  constexpr std::size_t kLongestQuote = 60;
  if (value.is_null()) return "null";
  if (value.is_array()) return "a list";
  if (value.is_object()) return "a map";
  if (!value.is_string()) return printed(value);
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() <= kLongestQuote) return "the string '" + text + "'";
  return "a string of " + std::to_string(text.size()) + " bytes";
}

std::optional<std::int64_t> whole_number(const Json& value) {
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() && value.get<std::uint64_t>() > kLargest) return std::nullopt;
  return value.get<std::int64_t>();
}

bool is_empty(const Json& value) {
  if (value.is_string()) return document::trimmed(value.get_ref<const std::string&>()).empty();
  return value.is_null() || (value.is_structured() && value.empty());
}

Outcome<bool> truth(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (value.is_number()) return value.get<double>() != 0.0;
  return refuse("expected true or false, found " + described(value));
}

}  // namespace winnow::cli::expression
