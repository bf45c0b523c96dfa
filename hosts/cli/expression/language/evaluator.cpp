#include "hosts/cli/expression/language/evaluator.h"

#include <charconv>
#include <optional>

#include "document/nearest.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli::expression {
namespace {

std::vector<std::string> keys(const Json& map) {
  std::vector<std::string> names;
  for (const auto& [key, value] : map.items()) names.push_back(key);
  return names;
}

class Evaluator {
 public:
  explicit Evaluator(const Scope& scope) : scope_(scope) {}

  Result<Json> value(const Node& node) const {
    auto result =
        std::visit([&](const auto& content) { return of(content, node.offset); }, node.content);
    if (!result && result.error().offset == 0) result.error().offset = node.offset;
    return result;
  }

 private:
  Result<Json> of(const Literal& literal, std::size_t) const { return literal.value; }

  Result<Json> of(const Variable& variable, std::size_t offset) const {
    const auto found = scope_.variables.find(variable.name);
    if (found != scope_.variables.end()) return *found;
    return undefined("'" + variable.name + "' is not defined" +
                         document::did_you_mean(variable.name, keys(scope_.variables)),
                     offset);
  }

  Result<Json> of(const Attribute& attribute, std::size_t offset) const {
    const auto object = value(*attribute.object);
    if (!object) return object;
    const auto name = value(*attribute.name);
    if (!name) return name;
    const std::string key = to_text(*name);
    if (object->is_object()) return member(*object, key, offset);
    if (object->is_array()) return element(*object, key, offset);
    return undefined("'" + key + "' is not defined: it is asked of " + description(*object),
                     offset);
  }

  static Result<Json> member(const Json& map, const std::string& key, std::size_t offset) {
    const auto found = map.find(key);
    if (found != map.end()) return *found;
    return undefined("'" + key + "' is not defined" + document::did_you_mean(key, keys(map)),
                     offset);
  }

  static Result<Json> element(const Json& list, const std::string& key, std::size_t offset) {
    std::size_t index = 0;
    const char* const end = key.data() + key.size();
    const auto read = std::from_chars(key.data(), end, index);
    if (read.ec == std::errc() && read.ptr == end && index < list.size()) return list[index];
    return undefined(
        "the list has " + std::to_string(list.size()) + " elements and no '" + key + "'", offset);
  }

  Result<Json> of(const List& list, std::size_t) const {
    Json values = Json::array();
    for (const auto& item : list.items) {
      auto element = value(*item);
      if (!element) return element;
      values.push_back(std::move(*element));
    }
    return values;
  }

  Result<Json> of(const Map& map, std::size_t) const {
    Json values = Json::object();
    for (const auto& [key_node, value_node] : map.entries) {
      const auto key = value(*key_node);
      if (!key) return key;
      auto entry = value(*value_node);
      if (!entry) return entry;
      values[to_text(*key)] = std::move(*entry);
    }
    return values;
  }

  Result<Json> of(const Unary& unary, std::size_t) const {
    const auto operand = value(*unary.operand);
    if (!operand) return operand;
    if (unary.operation == UnaryOperator::negation) {
      return truth(*operand).map([](bool is) { return Json(!is); });
    }
    if (unary.operation == UnaryOperator::minus) return negate(*operand);
    if (!operand->is_number()) return problem("'+' needs a number, found " + description(*operand));
    return operand;
  }

  Result<Json> of(const Binary& binary, std::size_t) const {
    switch (binary.operation) {
      case BinaryOperator::or_else:
      case BinaryOperator::and_also:
        return logical(binary);
      case BinaryOperator::coalesce_null:
      case BinaryOperator::coalesce_undefined:
        return coalesced(binary);
      default:
        break;
    }
    const auto left = value(*binary.left);
    if (!left) return left;
    const auto right = value(*binary.right);
    if (!right) return right;
    return operate(binary.operation, *left, *right);
  }

  Result<bool> condition(const Node& node) const {
    const auto result = value(node);
    if (!result) return problem(result.error());
    return truth(*result);
  }

  // The right side is looked at only where it matters.
  Result<Json> logical(const Binary& binary) const {
    const auto left = condition(*binary.left);
    if (!left) return problem(left.error());
    const bool decided = *left == (binary.operation == BinaryOperator::or_else);
    if (decided) return Json(*left);
    return condition(*binary.right).map([](bool is) { return Json(is); });
  }

  Result<Json> coalesced(const Binary& binary) const {
    auto left = value(*binary.left);
    if (!left && !left.error().undefined) return left;
    const bool takes_null = binary.operation == BinaryOperator::coalesce_null;
    const bool missing = !left || (takes_null && left->is_null());
    return missing ? value(*binary.right) : left;
  }

  Result<Json> of(const Ternary& ternary, std::size_t) const {
    const auto decided = value(*ternary.condition);
    if (!decided) return decided;
    if (decided->is_null()) return value(*ternary.no);
    const auto yes = truth(*decided);
    if (!yes) return problem(yes.error());
    return value(*yes ? *ternary.yes : *ternary.no);
  }

  Result<Json> of(const Call& call, std::size_t offset) const {
    std::vector<std::optional<Json>> arguments;
    for (const auto& node : call.arguments) {
      if (!node) {
        arguments.emplace_back();
        continue;
      }
      auto argument = value(*node);
      if (!argument) return argument;
      arguments.emplace_back(std::move(*argument));
    }
    const auto input = input_of(call);
    if (!input) return input;
    auto result = call.callable->call(Invocation{scope_, *input, arguments});
    if (!result)
      return problem(std::string(call.callable->name) + ": " + result.error().message, offset);
    if (call.negated) return Json(!result->get<bool>());
    return result;
  }

  Result<Json> input_of(const Call& call) const {
    if (!call.input) return Json();
    auto input = value(*call.input);
    if (!input && input.error().undefined && call.callable->catches_undefined) return Json();
    return input;
  }

  const Scope& scope_;
};

// The constant end of `a.b['c']`, or nothing where it is not constant.
std::optional<Reference> path_of(const Node& node) {
  if (const auto* variable = std::get_if<Variable>(&node.content)) {
    return Reference{{variable->name}, node.offset, false};
  }
  const auto* attribute = std::get_if<Attribute>(&node.content);
  if (attribute == nullptr) return std::nullopt;
  auto path = path_of(*attribute->object);
  const auto* name = std::get_if<Literal>(&attribute->name->content);
  if (!path || name == nullptr) return std::nullopt;
  path->path.push_back(to_text(name->value));
  return path;
}

class Collector {
 public:
  void visit(const Node& node, bool guarded) {
    if (auto path = path_of(node)) {
      path->guarded = guarded;
      found_.push_back(std::move(*path));
      return;
    }
    std::visit([&](const auto& content) { children(content, guarded); }, node.content);
  }

  std::vector<Reference> take() { return std::move(found_); }

 private:
  void children(const Literal&, bool) {}
  void children(const Variable&, bool) {}
  void children(const Attribute& attribute, bool guarded) {
    visit(*attribute.object, guarded);
    visit(*attribute.name, guarded);
  }
  void children(const List& list, bool guarded) {
    for (const auto& item : list.items) visit(*item, guarded);
  }
  void children(const Map& map, bool guarded) {
    for (const auto& [key, value] : map.entries) {
      visit(*key, guarded);
      visit(*value, guarded);
    }
  }
  void children(const Unary& unary, bool guarded) { visit(*unary.operand, guarded); }
  void children(const Binary& binary, bool guarded) {
    const bool guards = binary.operation == BinaryOperator::coalesce_null ||
                        binary.operation == BinaryOperator::coalesce_undefined;
    visit(*binary.left, guarded || guards);
    visit(*binary.right, guarded);
  }
  void children(const Ternary& ternary, bool guarded) {
    visit(*ternary.condition, guarded);
    visit(*ternary.yes, guarded);
    visit(*ternary.no, guarded);
  }
  void children(const Call& call, bool guarded) {
    if (call.input) visit(*call.input, guarded || call.callable->catches_undefined);
    for (const auto& argument : call.arguments) {
      if (argument) visit(*argument, guarded);
    }
  }

  std::vector<Reference> found_;
};

}  // namespace

Result<Json> evaluate(const Node& node, const Scope& scope) {
  return Evaluator(scope).value(node);
}

std::vector<Reference> references(const Node& node) {
  Collector collector;
  collector.visit(node, false);
  return collector.take();
}

}  // namespace winnow::cli::expression
