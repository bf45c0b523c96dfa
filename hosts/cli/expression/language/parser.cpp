#include "hosts/cli/expression/language/parser.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/nearest.h"
#include "document/strings.h"
#include "hosts/cli/expression/language/arguments.h"
#include "hosts/cli/expression/language/mistake.h"
#include "hosts/cli/expression/language/operators.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

// Functions that only a server of Kestra can answer.
constexpr std::array<std::string_view, 9> kOfKestra = {
    "secret", "credential", "kv", "read", "render", "fileURI", "http", "fetchContext", "errorLogs"};

constexpr int kDeepest = 100;
constexpr int kMostNodes = 1000;  // a chain of operators is as deep a tree as it is long

std::string seen(const Token& token) {
  return token.kind == TokenKind::end ? "the end of the expression" : "'" + token.text + "'";
}

std::optional<Json> constant(const std::string& name) {
  if (name == "true" || name == "TRUE") return Json(true);
  if (name == "false" || name == "FALSE") return Json(false);
  if (name == "null" || name == "NULL" || name == "none" || name == "NONE") return Json();
  return std::nullopt;
}

class Parser {
 public:
  Parser(const Tokens& tokens, std::string_view source, const Callables& callables)
      : tokens_(tokens.list), source_(source), callables_(callables) {}

  Outcome<Node> run() {
    if (now().kind == TokenKind::end) return refuse("there is nothing between '{{' and '}}'");
    auto whole = expression(0);
    if (!whole || now().kind == TokenKind::end) return whole;
    return refuse("did not expect " + seen(now()) + " here");
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  Token step() {
    Token token = now();
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool is_symbol(std::string_view symbol) const {
    return now().kind == TokenKind::symbol && now().text == symbol;
  }
  bool is_name(std::string_view name) const {
    return now().kind == TokenKind::name && now().text == name;
  }
  bool take(std::string_view symbol) {
    if (!is_symbol(symbol)) return false;
    step();
    return true;
  }

  tl::unexpected<Failure> refuse(const std::string& message) const {
    return mistake(source_, now().offset, message);
  }

  Outcome<void> expect(std::string_view symbol) {
    if (take(symbol)) return {};
    return refuse("expected '" + std::string(symbol) + "', found " + seen(now()));
  }

  Outcome<Node> made(Node node) {
    if (++nodes_ <= kMostNodes) return node;
    return mistake(source_, node.offset, "the expression is too long");
  }

  // What follows binds at least as tightly as `least`.
  Outcome<Node> expression(int least) {
    if (depth_ == kDeepest) return refuse("the expression is nested too deep");
    ++depth_;
    auto left = operand();
    while (left && continues(least)) left = extended(std::move(*left));
    if (left && least == 0) left = conditional(std::move(*left));
    --depth_;
    return left;
  }

  const BinaryOperator* binary() const {
    const bool fits = now().kind == TokenKind::symbol || now().kind == TokenKind::name;
    return fits ? find_binary_operator(now().text) : nullptr;
  }

  bool continues(int least) const {
    if (is_symbol("|")) return kPipePrecedence >= least;
    if (is_name("is")) return kTestPrecedence >= least;
    const auto* found = binary();
    return found != nullptr && found->precedence >= least;
  }

  Outcome<Node> extended(Node left) {
    if (is_symbol("|")) return filter(std::move(left));
    if (is_name("is")) return test(std::move(left));
    const auto& found = *binary();
    Node node{.kind = found.kind, .offset = step().offset, .callable = &found.callable};
    WINNOW_TRY(Node right, expression(found.precedence + 1));
    node.children.push_back(std::move(left));
    node.children.push_back(std::move(right));
    return made(std::move(node));
  }

  Outcome<Node> conditional(Node condition) {
    const auto offset = now().offset;
    if (!take("?")) return condition;
    WINNOW_TRY(Node yes, expression(0));
    WINNOW_CHECK(expect(":"));
    WINNOW_TRY(Node no, expression(0));
    Node node{.kind = NodeKind::conditional, .offset = offset};
    for (auto* each : {&condition, &yes, &no}) node.children.push_back(std::move(*each));
    return made(std::move(node));
  }

  Outcome<Node> operand() {
    const bool may_be_sign = now().kind == TokenKind::symbol || now().kind == TokenKind::name;
    if (const auto* sign = may_be_sign ? find_unary_operator(now().text) : nullptr) {
      Node node{.kind = NodeKind::call, .offset = step().offset, .callable = sign};
      WINNOW_TRY(Node inner, expression(kUnaryPrecedence));
      node.children.push_back(std::move(inner));
      return made(std::move(node));
    }
    WINNOW_TRY(Node value, primary());
    return with_attributes(std::move(value));
  }

  Outcome<Node> primary() {
    const Token token = now();
    if (token.kind == TokenKind::name) return name();
    if (token.kind == TokenKind::number) return number();
    if (token.kind == TokenKind::string) return literal(token.text);
    if (is_symbol("[")) return list();
    if (is_symbol("{")) return map();
    if (!take("(")) return refuse("expected a value, found " + seen(token));
    WINNOW_TRY(Node inner, expression(0));
    WINNOW_CHECK(expect(")"));
    return inner;
  }

  // The token at hand stands for the value.
  Outcome<Node> literal(Json value) {
    return made(Node{.offset = step().offset, .value = std::move(value)});
  }

  Outcome<Node> number() {
    const auto& text = now().text;
    const bool real = text.find('.') != std::string::npos;
    const auto whole = document::number_of<std::int64_t>(text);
    if (!real && !whole) return refuse("the number " + text + " is too large");
    return literal(real ? Json(document::number_of<double>(text).value_or(0)) : Json(*whole));
  }

  Outcome<Node> name() {
    const Token token = now();
    if (auto value = constant(token.text)) return literal(std::move(*value));
    if (binary() != nullptr || is_name("is")) {
      return refuse("expected a value, found '" + token.text + "'");
    }
    if (ahead().kind == TokenKind::symbol && ahead().text == "(") {
      return call("function", callables_.functions, Node{});
    }
    step();
    return made(Node{.kind = NodeKind::variable, .offset = token.offset, .value = token.text});
  }

  Outcome<Node> filter(Node input) {
    step();
    if (now().kind == TokenKind::name) return call("filter", callables_.filters, std::move(input));
    return refuse("expected the name of a filter, found " + seen(now()));
  }

  Outcome<Node> test(Node input) {
    step();
    const bool negated = is_name("not");
    if (negated) step();
    WINNOW_TRY(Node node, call("test", callables_.tests, std::move(input)));
    node.negated = negated;
    return node;
  }

  // The token at hand is the name of what is called.
  Outcome<Node> call(const std::string& what, std::span<const Callable> known, Node input) {
    const Token token = now();
    const auto found = std::ranges::find(known, token.text, &Callable::name);
    if (found == known.end()) {
      return refuse("unknown " + what + " " + seen(token) + hint(what, token.text, known));
    }
    step();
    WINNOW_TRY(auto given, arguments());
    Node node{.kind = NodeKind::call, .offset = token.offset, .callable = &*found};
    WINNOW_TRY(node.children, in_order(*found, std::move(given), source_, token.offset));
    node.children.insert(node.children.begin(), std::move(input));
    return made(std::move(node));
  }

  // What the author may have meant by a name that is none of the known ones.
  std::string hint(const std::string& what, const std::string& name,
                   std::span<const Callable> known) const {
    const auto is_name = [&](const Callable& callable) { return callable.name == name; };
    if (what == "function" && std::ranges::any_of(callables_.filters, is_name)) {
      return ": it is a filter, {{ value | " + name + " }}";
    }
    if (what == "filter" && std::ranges::any_of(callables_.functions, is_name)) {
      return ": it is a function, {{ " + name + "(value) }}";
    }
    if (what == "function" && std::ranges::find(kOfKestra, name) != kOfKestra.end()) {
      return ": it is Kestra's; run the flow in Kestra, or pass the value as an input";
    }
    std::vector<std::string> names;
    for (const auto& callable : known) names.emplace_back(callable.name);
    return document::did_you_mean(name, names);
  }

  Outcome<std::vector<GivenArgument>> arguments() {
    std::vector<GivenArgument> given;
    if (!take("(")) return given;
    while (!is_symbol(")")) {
      GivenArgument argument{.offset = now().offset};
      const bool named =
          now().kind == TokenKind::name && ahead().kind == TokenKind::symbol && ahead().text == "=";
      if (named) {
        argument.name = step().text;
        step();
      }
      WINNOW_TRY(argument.value, expression(0));
      given.push_back(std::move(argument));
      if (!take(",")) break;
    }
    WINNOW_CHECK(expect(")"));
    return given;
  }

  Outcome<Node> list() {
    Node node{.kind = NodeKind::list, .offset = step().offset};
    while (!is_symbol("]")) {
      WINNOW_TRY(Node item, expression(0));
      node.children.push_back(std::move(item));
      if (!take(",")) break;
    }
    WINNOW_CHECK(expect("]"));
    return made(std::move(node));
  }

  Outcome<Node> map() {
    Node node{.kind = NodeKind::map, .offset = step().offset};
    while (!is_symbol("}")) {
      WINNOW_TRY(Node key, expression(0));
      WINNOW_CHECK(expect(":"));
      WINNOW_TRY(Node value, expression(0));
      node.children.push_back(std::move(key));
      node.children.push_back(std::move(value));
      if (!take(",")) break;
    }
    WINNOW_CHECK(expect("}"));
    return made(std::move(node));
  }

  Outcome<Node> with_attributes(Node object) {
    while (is_symbol(".") || is_symbol("[")) {
      WINNOW_TRY(Node name, is_symbol(".") ? member() : index());
      Node node{.kind = NodeKind::attribute, .offset = name.offset};
      node.children.push_back(std::move(object));
      node.children.push_back(std::move(name));
      WINNOW_TRY(object, made(std::move(node)));
      if (is_symbol("(")) return refuse("methods can't be called, use a filter: value | name");
    }
    return object;
  }

  Outcome<Node> member() {
    step();
    const Token token = now();
    const bool is_index =
        token.kind == TokenKind::number && token.text.find('.') == std::string::npos;
    if (token.kind != TokenKind::name && !is_index) {
      return refuse("expected a name after '.', found " + seen(token));
    }
    return literal(token.text);
  }

  Outcome<Node> index() {
    step();
    WINNOW_TRY(Node name, expression(0));
    WINNOW_CHECK(expect("]"));
    return name;
  }

  const std::vector<Token>& tokens_;
  std::string_view source_;
  const Callables& callables_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int nodes_ = 0;
};

}  // namespace

Outcome<Node> parse(const Tokens& tokens, std::string_view source, const Callables& callables) {
  return Parser(tokens, source, callables).run();
}

}  // namespace winnow::cli::expression
