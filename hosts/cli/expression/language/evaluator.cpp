#include "hosts/cli/expression/language/evaluator.h"

#include <optional>

#include "document/nearest.h"
#include "document/object.h"
#include "document/strings.h"
#include "hosts/cli/expression/language/mistake.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

class Evaluator {
 public:
  Evaluator(std::string_view source, const Scope& scope) : source_(source), scope_(scope) {}

  Outcome<Value> value(const Node& node) {
    switch (node.kind) {
      case NodeKind::literal:
        return Value::lent(node.value);
      case NodeKind::variable:
        return member(Value::lent(scope_.variables), node.value, node.offset);
      case NodeKind::attribute:
        return attribute(node);
      case NodeKind::list:
        return list(node);
      case NodeKind::map:
        return map(node);
      case NodeKind::call:
        return call(node);
      case NodeKind::conditional:
        return conditional(node);
      case NodeKind::either:
      case NodeKind::both:
        return logical(node);
      default:
        return coalesced(node);
    }
  }

 private:
  tl::unexpected<Failure> undefined(std::size_t offset, const std::string& message) {
    is_undefined_ = true;
    return mistake(source_, offset, message);
  }

  // The value, or nothing where a variable or attribute in the node is not defined.
  Outcome<std::optional<Value>> if_defined(const Node& node) {
    auto found = value(node);
    if (found) return std::optional(std::move(*found));
    if (!is_undefined_) return fail(std::move(found.error()));
    is_undefined_ = false;
    return std::optional<Value>();
  }

  Outcome<Value> member(const Value& map, const Json& name, std::size_t offset) {
    const auto key = printed(name);
    const auto found = map->find(key);
    if (found != map->end()) return map.narrowed(*found);
    return undefined(offset, "'" + key + "' is not defined" +
                                 document::did_you_mean(key, document::keys_of(*map)));
  }

  Outcome<Value> attribute(const Node& node) {
    WINNOW_TRY(const Value object, value(node.children[0]));
    WINNOW_TRY(const Value name, value(node.children[1]));
    if (object->is_object()) return member(object, *name, node.offset);
    const auto key = printed(*name);
    if (!object->is_array()) {
      return undefined(node.offset,
                       "'" + key + "' is not defined: its owner is " + described(*object));
    }
    const auto index = document::number_of<std::size_t>(key);
    if (index && *index < object->size()) return object.narrowed((*object)[*index]);
    return undefined(node.offset, "the list has " + std::to_string(object->size()) +
                                      " elements and no '" + key + "'");
  }

  Outcome<Value> list(const Node& node) {
    Json values = Json::array();
    for (const auto& child : node.children) {
      WINNOW_TRY(Value element, value(child));
      values.push_back(std::move(element).take());
    }
    return values;
  }

  Outcome<Value> map(const Node& node) {
    Json values = Json::object();
    for (std::size_t i = 0; i < node.children.size(); i += 2) {
      WINNOW_TRY(const Value key, value(node.children[i]));
      WINNOW_TRY(Value entry, value(node.children[i + 1]));
      values[printed(*key)] = std::move(entry).take();
    }
    return values;
  }

  Outcome<Value> call(const Node& node) {
    const auto& callable = *node.callable;
    std::vector<Value> values;
    for (const auto& child : node.children) {
      const bool is_input = &child == node.children.data();
      WINNOW_TRY(auto found, argument(child, is_input && callable.catches_undefined));
      values.push_back(std::move(found));
    }
    const Invocation invocation{scope_, *values.front(), std::span(values).subspan(1)};
    auto result = callable.call(invocation);
    if (!result) {
      const auto name = std::string(callable.name) + (callable.name.empty() ? "" : ": ");
      return mistake(source_, node.offset, name + result.error().message);
    }
    return node.negated ? Value(!result->get<bool>()) : Value(std::move(*result));
  }

  Outcome<Value> argument(const Node& node, bool catches_undefined) {
    if (!catches_undefined) return value(node);
    WINNOW_TRY(auto found, if_defined(node));
    return found ? std::move(*found) : Value();
  }

  Outcome<bool> condition(const Node& node, const Node& place) {
    WINNOW_TRY(const Value found, value(node));
    const auto is = truth(*found);
    if (is) return *is;
    return mistake(source_, place.offset, is.error().message);
  }

  // The right side is looked at only where it matters.
  Outcome<Value> logical(const Node& node) {
    WINNOW_TRY(const bool left, condition(node.children[0], node));
    if (left == (node.kind == NodeKind::either)) return Json(left);
    return condition(node.children[1], node).map([](bool is) { return Value(is); });
  }

  Outcome<Value> coalesced(const Node& node) {
    WINNOW_TRY(auto left, if_defined(node.children[0]));
    const bool takes_null = node.kind == NodeKind::coalesce_null;
    const bool missing = !left || (takes_null && (*left)->is_null());
    if (missing) return value(node.children[1]);
    return std::move(*left);
  }

  // Null is no.
  Outcome<Value> conditional(const Node& node) {
    WINNOW_TRY(const Value decision, value(node.children[0]));
    if (decision->is_null()) return value(node.children[2]);
    const auto yes = truth(*decision);
    if (!yes) return mistake(source_, node.offset, yes.error().message);
    return value(node.children[*yes ? 1 : 2]);
  }

  std::string_view source_;
  const Scope& scope_;
  bool is_undefined_ = false;  // the failure on its way up is a variable that is not defined
};

// The constant end of `a.b['c']`, or nothing where it is not constant.
std::optional<Reference> path_of(const Node& node) {
  if (node.kind == NodeKind::variable) return Reference{{printed(node.value)}, node.offset};
  if (node.kind != NodeKind::attribute) return std::nullopt;
  auto path = path_of(node.children[0]);
  const auto& name = node.children[1];
  if (!path || name.kind != NodeKind::literal) return std::nullopt;
  path->path.push_back(printed(name.value));
  return path;
}

bool guards_first_child(const Node& node) {
  return node.kind == NodeKind::coalesce_null || node.kind == NodeKind::coalesce_undefined ||
         (node.kind == NodeKind::call && node.callable->catches_undefined);
}

void collect(const Node& node, bool guarded, std::vector<Reference>& found) {
  if (auto path = path_of(node)) {
    path->guarded = guarded;
    found.push_back(std::move(*path));
    return;
  }
  for (const auto& child : node.children) {
    const bool is_first = &child == node.children.data();
    collect(child, guarded || (is_first && guards_first_child(node)), found);
  }
}

}  // namespace

Outcome<Value> evaluate(const Node& node, std::string_view source, const Scope& scope) {
  return Evaluator(source, scope).value(node);
}

std::vector<Reference> references(const Node& node) {
  std::vector<Reference> found;
  collect(node, false, found);
  return found;
}

}  // namespace winnow::cli::expression
