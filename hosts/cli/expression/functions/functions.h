// The functions and filters of expressions, with Kestra's names and parameters. Each group has its
// own file.
#pragma once

#include <vector>

#include "hosts/cli/expression/language/callable.h"

namespace winnow::cli::expression {

const Callables& callables();

// The groups.
Outcome<Json> now(const Invocation& call);
std::vector<Callable> date_filters();
std::vector<Callable> string_filters();
std::vector<Callable> list_filters();

// The string, or a failure that names the value found instead.
Outcome<std::string> string_of(const Json& value);

// A filter that returns null for null, like most of Pebble's.
template <auto Filter>
Outcome<Json> unless_null(const Invocation& call) {
  return call.input.is_null() ? Outcome<Json>(Json()) : Filter(call);
}

}  // namespace winnow::cli::expression
