#include "hosts/cli/expression/language/parser.h"

#include <algorithm>
#include <optional>

#include "document/nearest.h"
#include "hosts/cli/expression/language/arguments.h"
#include "hosts/cli/expression/language/literal.h"
#include "hosts/cli/expression/language/precedence.h"

namespace winnow::cli::expression {
namespace {

constexpr int kDeepest = 100;
constexpr int kMostNodes = 1000;  // a chain of operators is as deep a tree as it is long

std::string seen(const Token& token) {
  if (token.kind == TokenKind::end) return "the end of the expression";
  return "'" + token.text + "'";
}

class Parser {
 public:
  explicit Parser(const std::vector<Token>& tokens) : tokens_(tokens) {}

  Result<NodePointer> run() {
    if (now().kind == TokenKind::end)
      return problem("there is nothing between '{{' and '}}'", now().offset);
    auto whole = expression(0);
    if (!whole) return whole;
    if (now().kind == TokenKind::end) return whole;
    return problem("did not expect " + seen(now()) + " here", now().offset);
  }

 private:
  const Token& now() const { return tokens_[at_]; }
  const Token& ahead() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  void step() {
    if (at_ + 1 < tokens_.size()) ++at_;
  }
  bool is(TokenKind kind, std::string_view text) const {
    return now().kind == kind && now().text == text;
  }
  bool is(std::string_view symbol) const { return is(TokenKind::symbol, symbol); }
  bool take(std::string_view symbol) {
    if (!is(symbol)) return false;
    step();
    return true;
  }

  Result<void> expect(std::string_view symbol) {
    if (take(symbol)) return {};
    return problem("expected '" + std::string(symbol) + "', found " + seen(now()), now().offset);
  }

  template <class Content>
  Result<NodePointer> node(std::size_t offset, Content content) {
    if (++nodes_ > kMostNodes) return problem("the expression is too long", offset);
    return make_node(offset, std::move(content));
  }

  Result<NodePointer> expression(int least) {
    if (++depth_ > kDeepest) return problem("the expression is nested too deep", now().offset);
    auto left = operand();
    while (left && continues(least)) left = extended(std::move(*left));
    if (left && least == 0) left = ternary(std::move(*left));
    --depth_;
    return left;
  }

  // Whether an operator follows that binds tightly enough.
  bool continues(int least) const {
    if (is("|")) return kPipePrecedence >= least;
    if (is(TokenKind::name, "is")) return kTestPrecedence >= least;
    const Precedence* found = binary_operator(now());
    return found != nullptr && found->level >= least;
  }

  Result<NodePointer> extended(NodePointer left) {
    if (is("|")) return pipe(std::move(left));
    if (is(TokenKind::name, "is")) return test(std::move(left));
    const std::size_t offset = now().offset;
    const Precedence* found = binary_operator(now());
    step();
    auto right = expression(found->level + 1);
    if (!right) return right;
    return node(offset, Binary{found->operation, std::move(left), std::move(*right)});
  }

  Result<NodePointer> ternary(NodePointer condition) {
    const std::size_t offset = now().offset;
    if (!take("?")) return condition;
    auto yes = expression(0);
    if (!yes) return yes;
    if (auto colon = expect(":"); !colon) return problem(colon.error());
    auto no = expression(0);
    if (!no) return no;
    return node(offset, Ternary{std::move(condition), std::move(*yes), std::move(*no)});
  }

  std::optional<UnaryOperator> unary() const {
    if (is("-")) return UnaryOperator::minus;
    if (is("+")) return UnaryOperator::plus;
    if (is(TokenKind::name, "not")) return UnaryOperator::negation;
    return std::nullopt;
  }

  Result<NodePointer> operand() {
    const std::size_t offset = now().offset;
    if (const auto sign = unary()) {
      step();
      auto inner = expression(kUnaryPrecedence);
      if (!inner) return inner;
      return node(offset, Unary{*sign, std::move(*inner)});
    }
    if (is("[")) return list();
    if (is("{")) return map();
    if (!take("(")) return primary();
    auto inner = expression(0);
    if (!inner) return inner;
    if (auto end = expect(")"); !end) return problem(end.error());
    return postfix(std::move(*inner));
  }

  Result<NodePointer> primary() {
    const Token token = now();
    auto value = literal(token);
    if (!value) return problem(value.error());
    if (*value) {
      step();
      return postfixed(node(token.offset, Literal{std::move(**value)}));
    }
    if (token.kind == TokenKind::name) return name(token);
    return problem("expected a value, found " + seen(token), token.offset);
  }

  Result<NodePointer> postfixed(Result<NodePointer> inner) {
    if (!inner) return inner;
    return postfix(std::move(*inner));
  }

  Result<NodePointer> name(const Token& token) {
    const auto& text = token.text;
    step();
    if (binary_operator(token) != nullptr || text == "is") {
      return problem("expected a value, found '" + text + "'", token.offset);
    }
    if (is("(")) return postfixed(function(token));
    return postfixed(node(token.offset, Variable{text}));
  }

  Result<NodePointer> function(const Token& token) {
    const Callable* found = find_function(token.text);
    if (found == nullptr) {
      return problem("unknown function '" + token.text + "'" +
                         document::did_you_mean(token.text, function_names()),
                     token.offset);
    }
    return call(token, *found, nullptr, false);
  }

  Result<NodePointer> pipe(NodePointer input) {
    step();
    const Token token = now();
    if (token.kind != TokenKind::name) {
      return problem("expected the name of a filter, found " + seen(token), token.offset);
    }
    step();
    const Callable* found = find_filter(token.text);
    if (found == nullptr) {
      return problem("unknown filter '" + token.text + "'" +
                         document::did_you_mean(token.text, filter_names()),
                     token.offset);
    }
    return call(token, *found, std::move(input), false);
  }

  Result<NodePointer> test(NodePointer input) {
    step();
    const bool negated = is(TokenKind::name, "not");
    if (negated) step();
    const Token token = now();
    const Callable* found = token.kind == TokenKind::name ? find_test(token.text) : nullptr;
    if (found == nullptr) {
      return problem(
          "unknown test " + seen(token) + document::did_you_mean(token.text, test_names()),
          token.offset);
    }
    step();
    return call(token, *found, std::move(input), negated);
  }

  Result<NodePointer> call(const Token& token, const Callable& callable, NodePointer input,
                           bool negated) {
    std::vector<GivenArgument> given;
    if (take("(")) {
      while (!is(")")) {
        auto argument = one_argument();
        if (!argument) return problem(argument.error());
        given.push_back(std::move(*argument));
        if (!take(",")) break;
      }
      if (auto end = expect(")"); !end) return problem(end.error());
    }
    auto arguments = arranged(callable, std::move(given), token.offset);
    if (!arguments) return problem(arguments.error());
    return node(token.offset, Call{&callable, std::move(input), std::move(*arguments), negated});
  }

  Result<GivenArgument> one_argument() {
    GivenArgument argument;
    argument.offset = now().offset;
    const bool named =
        now().kind == TokenKind::name && ahead().kind == TokenKind::symbol && ahead().text == "=";
    if (named) {
      argument.name = now().text;
      step();
      step();
    }
    auto value = expression(0);
    if (!value) return problem(value.error());
    argument.value = std::move(*value);
    return argument;
  }

  Result<NodePointer> list() {
    const std::size_t offset = now().offset;
    step();
    List content;
    while (!is("]")) {
      auto item = expression(0);
      if (!item) return item;
      content.items.push_back(std::move(*item));
      if (!take(",")) break;
    }
    if (auto end = expect("]"); !end) return problem(end.error());
    return postfixed(node(offset, std::move(content)));
  }

  Result<NodePointer> map() {
    const std::size_t offset = now().offset;
    step();
    Map content;
    while (!is("}")) {
      auto key = expression(0);
      if (!key) return key;
      if (auto colon = expect(":"); !colon) return problem(colon.error());
      auto value = expression(0);
      if (!value) return value;
      content.entries.emplace_back(std::move(*key), std::move(*value));
      if (!take(",")) break;
    }
    if (auto end = expect("}"); !end) return problem(end.error());
    return postfixed(node(offset, std::move(content)));
  }

  Result<NodePointer> postfix(NodePointer object) {
    while (is(".") || is("[")) {
      auto name = is(".") ? member() : index();
      if (!name) return name;
      const std::size_t offset = (*name)->offset;
      auto whole = node(offset, Attribute{std::move(object), std::move(*name)});
      if (!whole) return whole;
      object = std::move(*whole);
      if (is("("))
        return problem("methods can't be called, use a filter: value | name", now().offset);
    }
    return object;
  }

  Result<NodePointer> member() {
    step();
    const Token token = now();
    const bool fits = token.kind == TokenKind::name || (token.kind == TokenKind::number &&
                                                        token.text.find('.') == std::string::npos);
    if (!fits) return problem("expected a name behind '.', found " + seen(token), token.offset);
    step();
    return node(token.offset, Literal{token.text});
  }

  Result<NodePointer> index() {
    step();
    auto name = expression(0);
    if (!name) return name;
    if (auto end = expect("]"); !end) return problem(end.error());
    return name;
  }

  const std::vector<Token>& tokens_;
  std::size_t at_ = 0;
  int depth_ = 0;
  int nodes_ = 0;
};

}  // namespace

Result<NodePointer> parse(const Tokens& tokens) {
  return Parser(tokens.list).run();
}

}  // namespace winnow::cli::expression
