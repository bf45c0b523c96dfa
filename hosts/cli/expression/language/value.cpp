#include "hosts/cli/expression/language/value.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace winnow::cli::expression {
namespace {

constexpr std::int64_t kLongestRange = 10000;
constexpr std::size_t kLongestQuote = 60;

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

tl::unexpected<Problem> unfit(std::string_view verb, const Json& left, const Json& right) {
  return problem("can't " + std::string(verb) + " " + description(left) + " and " +
                 description(right));
}

Result<Json> whole_arithmetic(BinaryOperator operation, std::int64_t left, std::int64_t right) {
  std::int64_t result = 0;
  bool overflow = false;
  switch (operation) {
    case BinaryOperator::add:
      overflow = __builtin_add_overflow(left, right, &result);
      break;
    case BinaryOperator::subtract:
      overflow = __builtin_sub_overflow(left, right, &result);
      break;
    case BinaryOperator::multiply:
      overflow = __builtin_mul_overflow(left, right, &result);
      break;
    default: {
      if (right == 0) return problem("division by zero");
      overflow = left == std::numeric_limits<std::int64_t>::min() && right == -1;
      if (!overflow) result = operation == BinaryOperator::divide ? left / right : left % right;
    }
  }
  if (overflow) return problem("the result doesn't fit into 64 bits");
  return Json(result);
}

Result<Json> real_arithmetic(BinaryOperator operation, double left, double right) {
  const bool divides = operation == BinaryOperator::divide || operation == BinaryOperator::modulo;
  if (divides && right == 0.0) return problem("division by zero");
  switch (operation) {
    case BinaryOperator::add:
      return Json(left + right);
    case BinaryOperator::subtract:
      return Json(left - right);
    case BinaryOperator::multiply:
      return Json(left * right);
    case BinaryOperator::divide:
      return Json(left / right);
    default:
      return Json(std::fmod(left, right));
  }
}

Result<Json> arithmetic(BinaryOperator operation, const Json& left, const Json& right) {
  if (!left.is_number() || !right.is_number()) return unfit("calculate with", left, right);
  const auto whole_left = whole_number(left);
  const auto whole_right = whole_number(right);
  if (whole_left && whole_right) return whole_arithmetic(operation, *whole_left, *whole_right);
  return real_arithmetic(operation, left.get<double>(), right.get<double>());
}

Result<Json> add(const Json& left, const Json& right) {
  if (left.is_string() || right.is_string()) return Json(to_text(left) + to_text(right));
  if (!left.is_array()) return arithmetic(BinaryOperator::add, left, right);
  Json sum = left;
  if (!right.is_array()) {
    sum.push_back(right);
    return sum;
  }
  sum.insert(sum.end(), right.begin(), right.end());
  return sum;
}

// A comparison with null is false, as in Pebble; texts have no order there.
Result<Json> compare(BinaryOperator operation, const Json& left, const Json& right) {
  if (left.is_null() || right.is_null()) return Json(false);
  if (!left.is_number() || !right.is_number()) {
    return problem("can't tell which is greater, " + description(left) + " or " +
                   description(right) + "; dates are compared by `| timestamp`");
  }
  switch (operation) {
    case BinaryOperator::less:
      return Json(left < right);
    case BinaryOperator::less_or_equal:
      return Json(left <= right);
    case BinaryOperator::greater:
      return Json(left > right);
    default:
      return Json(left >= right);
  }
}

}  // namespace

std::string to_text(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  return dump(value);
}

std::string description(const Json& value) {
  if (value.is_null()) return "null";
  if (value.is_array()) return "a list";
  if (value.is_object()) return "a map";
  if (!value.is_string()) return dump(value);
  const auto& text = value.get_ref<const std::string&>();
  if (text.size() <= kLongestQuote) return "the text '" + text + "'";
  return "a text of " + std::to_string(text.size()) + " bytes";
}

std::optional<std::int64_t> whole_number(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      return std::nullopt;
    }
    return static_cast<std::int64_t>(number);
  }
  if (value.is_number_integer()) return value.get<std::int64_t>();
  return std::nullopt;
}

bool is_empty(const Json& value) {
  if (value.is_null()) return true;
  if (value.is_array() || value.is_object()) return value.empty();
  if (!value.is_string()) return false;
  return value.get_ref<const std::string&>().find_first_not_of(" \t\r\n") == std::string::npos;
}

Result<bool> truth(const Json& value) {
  if (value.is_boolean()) return value.get<bool>();
  if (value.is_string()) return !value.get_ref<const std::string&>().empty();
  if (value.is_number()) return value.get<double>() != 0.0;
  return problem("expected true or false, found " + description(value));
}

bool equal(const Json& left, const Json& right) {
  return left == right;
}

Result<bool> contains(const Json& container, const Json& value) {
  if (container.is_null()) return false;
  const auto holds = [&container](const Json& item) {
    return std::find(container.begin(), container.end(), item) != container.end();
  };
  if (container.is_array()) {
    return value.is_array() ? std::all_of(value.begin(), value.end(), holds) : holds(value);
  }
  if (container.is_object()) return container.contains(to_text(value));
  if (container.is_string()) {
    return container.get_ref<const std::string&>().find(to_text(value)) != std::string::npos;
  }
  return problem("only a list, map or text contains something, found " + description(container));
}

Result<Json> range(const Json& first, const Json& last, std::int64_t step) {
  const auto from = whole_number(first);
  const auto to = whole_number(last);
  if (!from || !to) return unfit("make a range of", first, last);
  if (step == 0) return problem("a range can't go by steps of 0");
  // In double: the difference of two 64-bit numbers may not fit into one.
  const double count =
      (static_cast<double>(*to) - static_cast<double>(*from)) / static_cast<double>(step);
  if (count >= static_cast<double>(kLongestRange)) {
    return problem("a range has at most " + std::to_string(kLongestRange) + " numbers");
  }
  Json list = Json::array();
  for (std::int64_t i = 0; static_cast<double>(i) <= count; ++i) list.push_back(*from + i * step);
  return list;
}

Result<Json> negate(const Json& value) {
  if (!value.is_number()) return problem("can't negate " + description(value));
  return arithmetic(BinaryOperator::subtract, Json(0), value);
}

Result<Json> operate(BinaryOperator operation, const Json& left, const Json& right) {
  switch (operation) {
    case BinaryOperator::contains:
      return contains(left, right).map([](bool found) { return Json(found); });
    case BinaryOperator::in:
      return contains(right, left).map([](bool found) { return Json(found); });
    case BinaryOperator::equal:
      return Json(equal(left, right));
    case BinaryOperator::not_equal:
      return Json(!equal(left, right));
    case BinaryOperator::less:
    case BinaryOperator::less_or_equal:
    case BinaryOperator::greater:
    case BinaryOperator::greater_or_equal:
      return compare(operation, left, right);
    case BinaryOperator::add:
      return add(left, right);
    case BinaryOperator::concatenate:
      return Json(to_text(left) + to_text(right));
    case BinaryOperator::range:
      return range(left, right, 1);
    default:
      return arithmetic(operation, left, right);
  }
}

}  // namespace winnow::cli::expression
