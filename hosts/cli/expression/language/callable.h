// The names of an expression: its variables, and tables of functions, filters and tests.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/instant.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli::expression {

// A run has one `now`, the same in all of its expressions.
struct Scope {
  Json variables = Json::object();
  document::Instant now;
};

// One call. The arguments are in the order of the callable's parameters; a missing one is null.
struct Invocation {
  const Scope& scope;
  const Json& input;  // null for a function
  std::span<const Value> arguments;

  const Json& argument(std::size_t index) const { return *arguments[index]; }
};

struct Callable {
  std::string_view name;
  std::vector<std::string_view> parameters = {};
  std::size_t required = 0;  // how many must be given
  // The caller completes the message of a failure with the name and the place.
  Outcome<Json> (*call)(const Invocation&) = nullptr;
  bool catches_undefined = false;  // gets null for an undefined variable
  bool variadic = false;           // takes any number of arguments, none by name
};

// The names that a template may use; they exist as long as the program.
struct Callables {
  std::span<const Callable> functions;
  std::span<const Callable> filters;
  std::span<const Callable> tests;
};

}  // namespace winnow::cli::expression
