#include "hosts/cli/expression/language/precedence.h"

namespace winnow::cli::expression {
namespace {

constexpr Precedence kBinary[] = {
    {"or", 10, BinaryOperator::or_else},
    {"and", 15, BinaryOperator::and_also},
    {"contains", 20, BinaryOperator::contains},
    {"in", 30, BinaryOperator::in},
    {"==", 30, BinaryOperator::equal},
    {"equals", 30, BinaryOperator::equal},
    {"!=", 30, BinaryOperator::not_equal},
    {"<", 30, BinaryOperator::less},
    {"<=", 30, BinaryOperator::less_or_equal},
    {">", 30, BinaryOperator::greater},
    {">=", 30, BinaryOperator::greater_or_equal},
    {"+", 40, BinaryOperator::add},
    {"-", 40, BinaryOperator::subtract},
    {"*", 60, BinaryOperator::multiply},
    {"/", 60, BinaryOperator::divide},
    {"%", 60, BinaryOperator::modulo},
    {"~", 110, BinaryOperator::concatenate},
    {"..", 120, BinaryOperator::range},
    {"??", 120, BinaryOperator::coalesce_null},
    {"???", 120, BinaryOperator::coalesce_undefined},
};

}  // namespace

const Precedence* binary_operator(const Token& token) {
  if (token.kind != TokenKind::symbol && token.kind != TokenKind::name) return nullptr;
  for (const auto& candidate : kBinary) {
    if (candidate.symbol == token.text) return &candidate;
  }
  return nullptr;
}

}  // namespace winnow::cli::expression
