// Filters that work on lists and maps; some of them take a text for the list of its characters.
#include <algorithm>

#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/functions/utf8_text.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli::expression {
namespace {

tl::unexpected<Problem> no_list(const Json& value) {
  return problem("expected a list, found " + description(value));
}

Result<Json> call_join(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  if (!call.input.is_array()) return no_list(call.input);
  const std::string separator = to_text(call.argument(0));
  std::string text;
  for (std::size_t i = 0; i < call.input.size(); ++i) {
    if (i > 0) text += separator;
    text += to_text(call.input[i]);
  }
  return Json(std::move(text));
}

Json as_list(const Json& text) {
  Json list = Json::array();
  for (const auto character : characters(text.get_ref<const std::string&>()))
    list.push_back(character);
  return list;
}

Result<Json> end_of(const Json& input, bool first) {
  if (input.is_null()) return input;
  if (!input.is_array() && !input.is_string()) return no_list(input);
  const Json list = input.is_string() ? as_list(input) : input;
  if (list.empty()) return Json();
  return first ? list.front() : list.back();
}

Result<Json> call_first(const Invocation& call) {
  return end_of(call.input, true);
}
Result<Json> call_last(const Invocation& call) {
  return end_of(call.input, false);
}

Result<Json> call_length(const Invocation& call) {
  if (call.input.is_string())
    return Json(characters(call.input.get_ref<const std::string&>()).size());
  const bool counts = call.input.is_array() || call.input.is_object();
  return Json(counts ? call.input.size() : std::size_t{0});
}

Result<Json> call_slice(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  if (!call.input.is_array() && !call.input.is_string()) return no_list(call.input);
  const Json list = call.input.is_string() ? as_list(call.input) : call.input;
  const auto size = static_cast<std::int64_t>(list.size());
  const auto from =
      call.argument(0).is_null() ? std::optional<std::int64_t>(0) : whole_number(call.argument(0));
  const auto to = call.argument(1).is_null() ? std::optional<std::int64_t>(size)
                                             : whole_number(call.argument(1));
  if (!from || !to) return problem("the bounds must be whole numbers");
  if (*from < 0 || *from > *to || *to > size) {
    return problem("the bounds must lie between 0 and " + std::to_string(size));
  }
  Json part = Json::array();
  for (auto i = *from; i < *to; ++i) part.push_back(list[static_cast<std::size_t>(i)]);
  if (!call.input.is_string()) return part;
  std::string text;
  for (const auto& character : part) text += to_text(character);
  return Json(std::move(text));
}

Result<Json> sorted(const Json& input, bool backwards) {
  if (input.is_null()) return input;
  if (!input.is_array()) return no_list(input);
  const auto all = [&input](bool (Json::*is)() const noexcept) {
    return std::all_of(input.begin(), input.end(), [is](const Json& item) { return (item.*is)(); });
  };
  if (!all(&Json::is_number) && !all(&Json::is_string)) {
    return problem("only numbers, or only texts, have an order");
  }
  Json list = input;
  std::sort(list.begin(), list.end());
  if (backwards) std::reverse(list.begin(), list.end());
  return list;
}

Result<Json> call_sort(const Invocation& call) {
  return sorted(call.input, false);
}
Result<Json> call_rsort(const Invocation& call) {
  return sorted(call.input, true);
}

Result<Json> call_reverse(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  if (!call.input.is_array()) return no_list(call.input);
  Json list = call.input;
  std::reverse(list.begin(), list.end());
  return list;
}

Result<Json> call_distinct(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  if (!call.input.is_array()) return no_list(call.input);
  Json list = Json::array();
  for (const auto& item : call.input) {
    if (std::find(list.begin(), list.end(), item) == list.end()) list.push_back(item);
  }
  return list;
}

Result<Json> parts(const Json& input, bool keys) {
  if (input.is_null()) return input;
  if (!input.is_object()) return problem("expected a map, found " + description(input));
  Json list = Json::array();
  for (const auto& [key, value] : input.items()) list.push_back(keys ? Json(key) : value);
  return list;
}

Result<Json> call_keys(const Invocation& call) {
  return parts(call.input, true);
}
Result<Json> call_values(const Invocation& call) {
  return parts(call.input, false);
}

}  // namespace

const std::vector<Callable>& collection_filters() {
  static const std::vector<Callable> table = {
      {"join", {"separator"}, 0, false, call_join},
      {"first", {}, 0, false, call_first},
      {"last", {}, 0, false, call_last},
      {"length", {}, 0, false, call_length},
      {"slice", {"fromIndex", "toIndex"}, 0, false, call_slice},
      {"sort", {}, 0, false, call_sort},
      {"rsort", {}, 0, false, call_rsort},
      {"reverse", {}, 0, false, call_reverse},
      {"distinct", {}, 0, false, call_distinct},
      {"keys", {}, 0, false, call_keys},
      {"values", {}, 0, false, call_values},
  };
  return table;
}

}  // namespace winnow::cli::expression
