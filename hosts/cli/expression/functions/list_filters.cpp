// Filters for lists and maps; some of them take a string as the list of its characters.
#include <algorithm>

#include "hosts/cli/expression/functions/characters.h"
#include "hosts/cli/expression/functions/functions.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

Outcome<Json> list_of(const Json& value) {
  if (value.is_array()) return value;
  return refuse("expected a list, found " + described(value));
}

Outcome<Json> list_or_characters(const Json& value) {
  if (!value.is_string()) return list_of(value);
  Json list = Json::array();
  for (const auto character : characters(value.get_ref<const std::string&>())) {
    list.push_back(character);
  }
  return list;
}

Outcome<Json> join(const Invocation& call) {
  WINNOW_TRY(const Json list, list_of(call.input));
  std::string text;
  for (const auto& item : list) {
    if (&item != &list.front()) text += printed(call.argument(0));
    text += printed(item);
  }
  return Json(std::move(text));
}

Outcome<Json> first(const Invocation& call) {
  WINNOW_TRY(const Json list, list_or_characters(call.input));
  return list.empty() ? Json() : list.front();
}

Outcome<Json> last(const Invocation& call) {
  WINNOW_TRY(const Json list, list_or_characters(call.input));
  return list.empty() ? Json() : list.back();
}

Outcome<Json> length(const Invocation& call) {
  if (call.input.is_string()) {
    return Json(characters(call.input.get_ref<const std::string&>()).size());
  }
  return Json(call.input.is_structured() ? call.input.size() : 0);
}

Outcome<Json> slice(const Invocation& call) {
  WINNOW_TRY(const Json list, list_or_characters(call.input));
  const auto size = static_cast<std::int64_t>(list.size());
  const auto bound = [&call](std::size_t index, std::int64_t otherwise) {
    const Json& argument = call.argument(index);
    return argument.is_null() ? std::optional(otherwise) : whole_number(argument);
  };
  const auto from = bound(0, 0);
  const auto to = bound(1, size);
  if (!from || !to || *from < 0 || *from > *to || *to > size) {
    return refuse("the bounds must be whole numbers from 0 to " + std::to_string(size));
  }
  Json part = Json::array();
  part.insert(part.end(), list.begin() + *from, list.begin() + *to);
  if (!call.input.is_string()) return part;
  std::string text;
  for (const auto& character : part) text += printed(character);
  return Json(std::move(text));
}

Outcome<Json> reverse(const Invocation& call) {
  WINNOW_TRY(Json list, list_of(call.input));
  std::reverse(list.begin(), list.end());
  return list;
}

Outcome<Json> sort(const Invocation& call) {
  WINNOW_TRY(Json list, list_of(call.input));
  const auto all = [&list](bool (Json::*is)() const noexcept) {
    return std::all_of(list.begin(), list.end(), [is](const Json& item) { return (item.*is)(); });
  };
  if (!all(&Json::is_number) && !all(&Json::is_string)) {
    return refuse("only numbers, or only strings, have an order");
  }
  std::sort(list.begin(), list.end());
  return list;
}

Outcome<Json> sort_backwards(const Invocation& call) {
  WINNOW_TRY(Json list, sort(call));
  std::reverse(list.begin(), list.end());
  return list;
}

Outcome<Json> distinct(const Invocation& call) {
  WINNOW_TRY(const Json list, list_of(call.input));
  Json each = Json::array();
  for (const auto& item : list) {
    if (std::find(each.begin(), each.end(), item) == each.end()) each.push_back(item);
  }
  return each;
}

template <bool Keys>
Outcome<Json> parts(const Invocation& call) {
  if (!call.input.is_object()) return refuse("expected a map, found " + described(call.input));
  Json list = Json::array();
  for (const auto& [key, value] : call.input.items()) list.push_back(Keys ? Json(key) : value);
  return list;
}

}  // namespace

std::vector<Callable> list_filters() {
  return {
      {"join", {"separator"}, 0, unless_null<join>},
      {"first", {}, 0, unless_null<first>},
      {"last", {}, 0, unless_null<last>},
      {"length", {}, 0, length},
      {"slice", {"fromIndex", "toIndex"}, 0, unless_null<slice>},
      {"sort", {}, 0, unless_null<sort>},
      {"rsort", {}, 0, unless_null<sort_backwards>},
      {"reverse", {}, 0, unless_null<reverse>},
      {"distinct", {}, 0, unless_null<distinct>},
      {"keys", {}, 0, unless_null<parts<true>>},
      {"values", {}, 0, unless_null<parts<false>>},
  };
}

}  // namespace winnow::cli::expression
