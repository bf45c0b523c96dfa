#include "hosts/cli/expression/language/operators.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

using Number = std::int64_t;

// Both as whole numbers, where both are; else the operation on doubles.
template <class Whole, class Real>
Outcome<Json> arithmetic(const Invocation& call, Whole whole, Real real) {
  const auto& left = call.input;
  const auto& right = call.argument(0);
  if (!left.is_number() || !right.is_number()) {
    return refuse("can't calculate with " + described(left) + " and " + described(right));
  }
  const auto whole_left = whole_number(left);
  const auto whole_right = whole_number(right);
  if (!whole_left || !whole_right) {
    return Json(real(left.get<double>(), right.get<double>()));
  }
  Number result = 0;
  const bool overflows = whole(*whole_left, *whole_right, &result);
  if (overflows) return refuse("the result doesn't fit into 64 bits");
  return Json(result);
}

template <class Whole, class Real>
Outcome<Json> division(const Invocation& call, Whole whole, Real real) {
  const auto& divisor = call.argument(0);
  if (divisor.is_number() && divisor.get<double>() == 0.0) return refuse("division by zero");
  const auto checked = [whole](Number left, Number right, Number* result) {
    if (left == std::numeric_limits<Number>::min() && right == -1) return true;
    *result = whole(left, right);
    return false;
  };
  return arithmetic(call, checked, real);
}

Outcome<Json> add(const Invocation& call) {
  const auto& right = call.argument(0);
  if (call.input.is_string() || right.is_string()) {
    return Json(printed(call.input) + printed(right));
  }
  if (!call.input.is_array()) {
    return arithmetic(
        call, [](Number a, Number b, Number* sum) { return __builtin_add_overflow(a, b, sum); },
        [](double a, double b) { return a + b; });
  }
  Json list = call.input;
  if (right.is_array()) {
    list.insert(list.end(), right.begin(), right.end());
  } else {
    list.push_back(right);
  }
  return list;
}

Outcome<Json> subtract(const Invocation& call) {
  return arithmetic(
      call, [](Number a, Number b, Number* rest) { return __builtin_sub_overflow(a, b, rest); },
      [](double a, double b) { return a - b; });
}

Outcome<Json> multiply(const Invocation& call) {
  return arithmetic(
      call, [](Number a, Number b, Number* all) { return __builtin_mul_overflow(a, b, all); },
      [](double a, double b) { return a * b; });
}

Outcome<Json> divide(const Invocation& call) {
  return division(
      call, [](Number a, Number b) { return a / b; }, [](double a, double b) { return a / b; });
}

Outcome<Json> modulo(const Invocation& call) {
  return division(
      call, [](Number a, Number b) { return a % b; },
      [](double a, double b) { return std::fmod(a, b); });
}

template <class Holds>
Outcome<bool> compared(const Json& left, const Json& right, Holds holds) {
  if (left.is_null() || right.is_null()) return false;
  if (left.is_number() && right.is_number()) return holds(left, right);
  return refuse("can't tell which is greater, " + described(left) + " or " + described(right) +
                "; dates are compared by `| timestamp`");
}

template <class Holds>
Outcome<Json> comparison(const Invocation& call) {
  WINNOW_TRY(const bool is, compared(call.input, call.argument(0), Holds()));
  return Json(is);
}

Outcome<Json> holds(const Json& container, const Json& value) {
  if (container.is_null()) return Json(false);
  const auto has = [&container](const Json& item) {
    return std::find(container.begin(), container.end(), item) != container.end();
  };
  if (container.is_array()) {
    return Json(value.is_array() ? std::all_of(value.begin(), value.end(), has) : has(value));
  }
  if (container.is_object()) return Json(container.contains(printed(value)));
  if (container.is_string()) {
    const auto& text = container.get_ref<const std::string&>();
    return Json(text.find(printed(value)) != std::string::npos);
  }
  return refuse("only a list, map or string contains something, found " + described(container));
}

Outcome<Json> negate(const Invocation& call) {
  if (!call.input.is_number()) return refuse("can't negate " + described(call.input));
  const Json zero = 0;
  const Value operand = Value::lent(call.input);
  return subtract(Invocation{call.scope, zero, std::span(&operand, 1)});
}

Outcome<Json> keep(const Invocation& call) {
  if (call.input.is_number()) return call.input;
  return refuse("'+' needs a number, found " + described(call.input));
}

Outcome<Json> invert(const Invocation& call) {
  WINNOW_TRY(const bool is, truth(call.input));
  return Json(!is);
}

// An operator's failure needs no name before its message: the place shows the operator.
Callable unnamed(Outcome<Json> (*call)(const Invocation&)) {
  return Callable{.name = {}, .call = call};
}

BinaryOperator calls(std::string_view symbol, int precedence,
                     Outcome<Json> (*call)(const Invocation&)) {
  return {symbol, precedence, NodeKind::call, unnamed(call)};
}

const std::vector<BinaryOperator>& binary_operators() {
  using Call = const Invocation&;
  using Result = Outcome<Json>;
  static const std::vector<BinaryOperator> table = {
      {"or", 10, NodeKind::either},
      {"and", 15, NodeKind::both},
      calls("contains", 20, [](Call c) -> Result { return holds(c.input, c.argument(0)); }),
      calls("in", 30, [](Call c) -> Result { return holds(c.argument(0), c.input); }),
      calls("==", 30, [](Call c) -> Result { return Json(c.input == c.argument(0)); }),
      calls("equals", 30, [](Call c) -> Result { return Json(c.input == c.argument(0)); }),
      calls("!=", 30, [](Call c) -> Result { return Json(c.input != c.argument(0)); }),
      calls("<", 30, comparison<std::less<Json>>),
      calls("<=", 30, comparison<std::less_equal<Json>>),
      calls(">", 30, comparison<std::greater<Json>>),
      calls(">=", 30, comparison<std::greater_equal<Json>>),
      calls("+", 40, add),
      calls("-", 40, subtract),
      calls("*", 60, multiply),
      calls("/", 60, divide),
      calls("%", 60, modulo),
      calls("~", 110,
            [](Call c) -> Result { return Json(printed(c.input) + printed(c.argument(0))); }),
      calls("..", 120, [](Call c) -> Result { return range(c.input, c.argument(0), 1); }),
      {"??", 120, NodeKind::coalesce_null},
      {"???", 120, NodeKind::coalesce_undefined},
  };
  return table;
}

}  // namespace

const BinaryOperator* find_binary_operator(std::string_view symbol) {
  const auto& all = binary_operators();
  const auto found = std::ranges::find(all, symbol, &BinaryOperator::symbol);
  return found == all.end() ? nullptr : &*found;
}

std::vector<std::string_view> binary_operator_symbols() {
  std::vector<std::string_view> symbols;
  for (const auto& each : binary_operators()) symbols.push_back(each.symbol);
  return symbols;
}

const Callable* find_unary_operator(std::string_view symbol) {
  static const Callable kMinus = unnamed(negate);
  static const Callable kPlus = unnamed(keep);
  static const Callable kNot = unnamed(invert);
  if (symbol == "-") return &kMinus;
  if (symbol == "+") return &kPlus;
  return symbol == "not" ? &kNot : nullptr;
}

Outcome<Json> range(const Json& first, const Json& last, const Json& step) {
  constexpr Number kLongest = 10000;
  const auto from = whole_number(first);
  const auto to = whole_number(last);
  const auto by = whole_number(step);
  if (!from || !to || !by) {
    return refuse("can't make a range of " + described(first) + " and " + described(last));
  }
  if (*by == 0) return refuse("a range can't go by steps of 0");
  // In double: the difference of two 64-bit numbers may not fit into one.
  const double count =
      (static_cast<double>(*to) - static_cast<double>(*from)) / static_cast<double>(*by);
  if (count >= static_cast<double>(kLongest)) {
    return refuse("a range has at most " + std::to_string(kLongest) + " numbers");
  }
  Json list = Json::array();
  for (Number i = 0; static_cast<double>(i) <= count; ++i) list.push_back(*from + i * *by);
  return list;
}

Outcome<bool> is_greater(const Json& left, const Json& right) {
  return compared(left, right, std::greater<Json>());
}

}  // namespace winnow::cli::expression
