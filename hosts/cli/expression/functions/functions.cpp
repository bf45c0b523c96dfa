#include "hosts/cli/expression/functions/functions.h"

#include <algorithm>

#include "document/json.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli::expression {
namespace {

// As in Pebble, null never wins: every comparison with it is false.
Result<Json> extreme(const Invocation& invocation, BinaryOperator better) {
  Json best;
  for (const auto& candidate : invocation.arguments) {
    if (best.is_null()) {
      best = *candidate;
      continue;
    }
    const auto wins = operate(better, *candidate, best);
    if (!wins) return wins;
    if (wins->get<bool>()) best = *candidate;
  }
  return best;
}

Result<Json> call_max(const Invocation& invocation) {
  return extreme(invocation, BinaryOperator::greater);
}

Result<Json> call_min(const Invocation& invocation) {
  return extreme(invocation, BinaryOperator::less);
}

Result<Json> call_range(const Invocation& invocation) {
  const Json& step = invocation.argument(2);
  const auto by = step.is_null() ? std::optional<std::int64_t>(1) : whole_number(step);
  if (!by) return problem("'increment' must be a whole number, found " + description(step));
  return range(invocation.argument(0), invocation.argument(1), *by);
}

Result<Json> call_from_json(const Invocation& invocation) {
  const Json& text = invocation.argument(0);
  if (text.is_null()) return text;
  if (!text.is_string()) return problem("expected a text, found " + description(text));
  auto parsed = document::parse_json(text.get_ref<const std::string&>(), "JSON");
  if (!parsed) return problem(parsed.error().message);
  return std::move(parsed->value);
}

const std::vector<Callable>& functions() {
  static const std::vector<Callable> table = {
      {"now", {"format", "timeZone", "existingFormat", "locale"}, 0, false, call_now},
      {"max", {}, 1, true, call_max},
      {"min", {}, 1, true, call_min},
      {"range", {"start", "end", "increment"}, 2, false, call_range},
      {"fromJson", {"json"}, 1, false, call_from_json},
      {"json", {"json"}, 1, false, call_from_json},
  };
  return table;
}

Result<Json> is_empty_value(const Invocation& call) {
  return Json(is_empty(call.input));
}
Result<Json> is_null(const Invocation& call) {
  return Json(call.input.is_null());
}
Result<Json> is_defined(const Invocation& call) {
  return Json(!call.input.is_null());
}
Result<Json> is_map(const Invocation& call) {
  return Json(call.input.is_object());
}
Result<Json> is_iterable(const Invocation& call) {
  return Json(call.input.is_array());
}

Result<Json> is_even(const Invocation& call) {
  const auto number = whole_number(call.input);
  if (!number) return problem("expected a whole number, found " + description(call.input));
  return Json(*number % 2 == 0);
}

Result<Json> is_odd(const Invocation& call) {
  return is_even(call).map([](const Json& even) { return Json(!even.get<bool>()); });
}

const std::vector<Callable>& tests() {
  static const std::vector<Callable> table = {
      {"empty", {}, 0, false, is_empty_value},
      {"null", {}, 0, false, is_null},
      {"defined", {}, 0, false, is_defined, true},
      {"map", {}, 0, false, is_map},
      {"iterable", {}, 0, false, is_iterable},
      {"even", {}, 0, false, is_even},
      {"odd", {}, 0, false, is_odd},
  };
  return table;
}

const std::vector<Callable>& filters() {
  static const std::vector<Callable> table = [] {
    std::vector<Callable> all;
    for (const auto* part : {&date_filters(), &text_filters(), &collection_filters()}) {
      all.insert(all.end(), part->begin(), part->end());
    }
    return all;
  }();
  return table;
}

const Callable* find(const std::vector<Callable>& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(),
                                  [name](const Callable& entry) { return entry.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::vector<std::string> names(const std::vector<Callable>& table) {
  std::vector<std::string> all;
  all.reserve(table.size());
  for (const auto& entry : table) all.emplace_back(entry.name);
  return all;
}

}  // namespace

const Json& Invocation::argument(std::size_t index) const {
  static const Json none;
  return index < arguments.size() && arguments[index] ? *arguments[index] : none;
}

const Callable* find_function(std::string_view name) {
  return find(functions(), name);
}
const Callable* find_filter(std::string_view name) {
  return find(filters(), name);
}
const Callable* find_test(std::string_view name) {
  return find(tests(), name);
}
std::vector<std::string> function_names() {
  return names(functions());
}
std::vector<std::string> filter_names() {
  return names(filters());
}
std::vector<std::string> test_names() {
  return names(tests());
}

}  // namespace winnow::cli::expression
