// An expression as a tree.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "document/yaml.h"

namespace winnow::cli::expression {

using document::Json;

struct Node;
using NodePointer = std::unique_ptr<Node>;

struct Callable;  // functions.h

struct Literal {
  Json value;
};
struct Variable {
  std::string name;
};
struct Attribute {
  NodePointer object;
  NodePointer name;
};
struct List {
  std::vector<NodePointer> items;
};
struct Map {
  std::vector<std::pair<NodePointer, NodePointer>> entries;
};

enum class UnaryOperator { plus, minus, negation };

struct Unary {
  UnaryOperator operation;
  NodePointer operand;
};

enum class BinaryOperator {
  or_else,
  and_also,
  contains,
  in,
  equal,
  not_equal,
  less,
  less_or_equal,
  greater,
  greater_or_equal,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  concatenate,
  range,
  coalesce_null,      // ??  catches what is not defined and what is null
  coalesce_undefined  // ??? catches what is not defined
};

struct Binary {
  BinaryOperator operation;
  NodePointer left;
  NodePointer right;
};
struct Ternary {
  NodePointer condition;
  NodePointer yes;
  NodePointer no;
};

// A function, filter or test with its arguments in the order of its parameters; an absent one is
// null.
struct Call {
  const Callable* callable;
  NodePointer input;  // null for a function
  std::vector<NodePointer> arguments;
  bool negated = false;  // `is not`
};

struct Node {
  std::size_t offset = 0;
  std::variant<Literal, Variable, Attribute, List, Map, Unary, Binary, Ternary, Call> content;
};

template <class Content>
NodePointer make_node(std::size_t offset, Content content) {
  return std::make_unique<Node>(Node{offset, std::move(content)});
}

}  // namespace winnow::cli::expression
