// Filters for lists and maps; some of them take a string as the list of its characters.
#include <algorithm>

#include "hosts/cli/expression/functions/characters.h"
#include "hosts/cli/expression/functions/functions.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

Json characters_of(const Json& text) {
  Json list = Json::array();
  for (const auto character : characters(text.get_ref<const std::string&>())) {
    list.push_back(character);
  }
  return list;
}

// A filter from a list to a value; with `OrString` it takes a string's characters too.
template <auto Function, bool OrString = false>
Outcome<Json> of_list(const Invocation& call) {
  const Json& input = call.input;
  if (input.is_null()) return Json();
  if (OrString && input.is_string()) return Function(characters_of(input));
  if (input.is_array()) return Function(input);
  return refuse("expected a list, found " + described(input));
}

Outcome<Json> first(const Json& list) {
  return list.empty() ? Json() : list.front();
}
Outcome<Json> last(const Json& list) {
  return list.empty() ? Json() : list.back();
}

Outcome<Json> reverse(Json list) {
  std::reverse(list.begin(), list.end());
  return list;
}

Outcome<Json> sort(Json list) {
  const auto all = [&list](bool (Json::*is)() const noexcept) {
    return std::all_of(list.begin(), list.end(), [is](const Json& item) { return (item.*is)(); });
  };
  if (!all(&Json::is_number) && !all(&Json::is_string)) {
    return refuse("only numbers, or only strings, have an order");
  }
  std::sort(list.begin(), list.end());
  return list;
}

Outcome<Json> sort_backwards(const Json& list) {
  WINNOW_TRY(Json sorted, sort(list));
  return reverse(std::move(sorted));
}

Outcome<Json> distinct(const Json& list) {
  Json each = Json::array();
  for (const auto& item : list) {
    if (std::find(each.begin(), each.end(), item) == each.end()) each.push_back(item);
  }
  return each;
}

Outcome<Json> join(const Invocation& call) {
  if (!call.input.is_array()) return refuse("expected a list, found " + described(call.input));
  std::string text;
  for (const auto& item : call.input) {
    if (&item != &call.input.front()) text += printed(call.argument(0));
    text += printed(item);
  }
  return Json(std::move(text));
}

Outcome<Json> length(const Invocation& call) {
  if (call.input.is_string()) return Json(characters_of(call.input).size());
  return Json(call.input.is_structured() ? call.input.size() : 0);
}

Outcome<Json> slice(const Invocation& call) {
  const bool is_string = call.input.is_string();
  if (!is_string && !call.input.is_array()) {
    return refuse("expected a list or a string, found " + described(call.input));
  }
  const Json list = is_string ? characters_of(call.input) : call.input;
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
  if (!is_string) return part;
  std::string text;
  for (const auto& character : part) text += printed(character);
  return Json(std::move(text));
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
      {"first", {}, 0, of_list<first, true>},
      {"last", {}, 0, of_list<last, true>},
      {"length", {}, 0, length},
      {"slice", {"fromIndex", "toIndex"}, 0, unless_null<slice>},
      {"sort", {}, 0, of_list<sort>},
      {"rsort", {}, 0, of_list<sort_backwards>},
      {"reverse", {}, 0, of_list<reverse>},
      {"distinct", {}, 0, of_list<distinct>},
      {"keys", {}, 0, unless_null<parts<true>>},
      {"values", {}, 0, unless_null<parts<false>>},
  };
}

}  // namespace winnow::cli::expression
