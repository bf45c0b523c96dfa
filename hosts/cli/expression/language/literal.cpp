#include "hosts/cli/expression/language/literal.h"

#include <charconv>
#include <cstdint>

namespace winnow::cli::expression {
namespace {

using document::Json;
using Value = std::optional<Json>;

template <class Number>
Result<Value> number(const Token& token) {
  Number value = 0;
  const auto& text = token.text;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) {
    return Value(Json(value));
  }
  return problem("the number " + text + " is too large", token.offset);
}

Value constant(const std::string& name) {
  if (name == "true" || name == "TRUE") return Json(true);
  if (name == "false" || name == "FALSE") return Json(false);
  if (name == "null" || name == "NULL" || name == "none" || name == "NONE") return Json(nullptr);
  return std::nullopt;
}

}  // namespace

Result<Value> literal(const Token& token) {
  switch (token.kind) {
    case TokenKind::text:
      return Value(Json(token.text));
    case TokenKind::name:
      return constant(token.text);
    case TokenKind::number:
      break;
    default:
      return Value();
  }
  const bool real = token.text.find('.') != std::string::npos;
  return real ? number<double>(token) : number<std::int64_t>(token);
}

}  // namespace winnow::cli::expression
