#include "hosts/cli/expression/functions/functions.h"

#include <cstdlib>

#include "document/json.h"
#include "hosts/cli/expression/language/operators.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

enum class Extreme { least, greatest };

// Null never wins, as in Pebble: comparing it with anything gives false.
template <Extreme Wanted>
Outcome<Json> extreme(const Invocation& call) {
  Json best;
  for (const auto& candidate : call.arguments) {
    if (!best.is_null()) {
      WINNOW_TRY(const bool wins, Wanted == Extreme::greatest ? is_greater(*candidate, best)
                                                              : is_greater(best, *candidate));
      if (!wins) continue;
    }
    best = *candidate;
  }
  return best;
}

Outcome<Json> numbers(const Invocation& call) {
  const Json& step = call.argument(2);
  return range(call.argument(0), call.argument(1), step.is_null() ? Json(1) : step);
}

Outcome<Json> from_json(const Invocation& call) {
  if (call.argument(0).is_null()) return Json();
  WINNOW_TRY(const auto text, string_of(call.argument(0)));
  WINNOW_TRY(auto parsed, document::parse_json(text, "JSON"));
  return std::move(parsed.value);
}

template <bool (Json::*Is)() const noexcept>
Outcome<Json> is(const Invocation& call) {
  return Json((call.input.*Is)());
}

template <std::int64_t Remainder>
Outcome<Json> has_remainder(const Invocation& call) {
  const auto number = whole_number(call.input);
  if (number) return Json(std::abs(*number % 2) == Remainder);
  return refuse("expected a whole number, found " + described(call.input));
}

Outcome<Json> is_empty_value(const Invocation& call) {
  return Json(is_empty(call.input));
}
Outcome<Json> is_defined(const Invocation& call) {
  return Json(!call.input.is_null());
}

std::vector<Callable> functions() {
  return {
      {"now", {"format", "timeZone"}, 0, now},
      {.name = "max", .required = 1, .call = extreme<Extreme::greatest>, .variadic = true},
      {.name = "min", .required = 1, .call = extreme<Extreme::least>, .variadic = true},
      {"range", {"start", "end", "increment"}, 2, numbers},
      {"fromJson", {"json"}, 1, from_json},
      {"json", {"json"}, 1, from_json},
  };
}

std::vector<Callable> filters() {
  std::vector<Callable> all;
  for (const auto& group : {date_filters(), string_filters(), list_filters()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  return all;
}

std::vector<Callable> tests() {
  return {
      {"empty", {}, 0, is_empty_value},         {"null", {}, 0, is<&Json::is_null>},
      {"defined", {}, 0, is_defined, true},     {"map", {}, 0, is<&Json::is_object>},
      {"iterable", {}, 0, is<&Json::is_array>}, {"even", {}, 0, has_remainder<0>},
      {"odd", {}, 0, has_remainder<1>},
  };
}

}  // namespace

const Callables& callables() {
  static const std::vector<Callable> kFunctions = functions();
  static const std::vector<Callable> kFilters = filters();
  static const std::vector<Callable> kTests = tests();
  static const Callables kAll{kFunctions, kFilters, kTests};
  return kAll;
}

Outcome<std::string> string_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return refuse("expected a string, found " + described(value));
}

}  // namespace winnow::cli::expression
