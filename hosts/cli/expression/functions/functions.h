// What an expression may call. The names and parameters are Kestra's; each table stands in a file
// of its own.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/instant.h"
#include "document/yaml.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

using document::Json;

// What expressions see. One run has one `now`: every expression of it means the same moment.
struct Scope {
  Json variables = Json::object();
  document::Instant now;
};

// One call: the arguments stand in the order of the callable's parameters.
struct Invocation {
  const Scope& scope;
  const Json& input;  // null for a function
  std::span<const std::optional<Json>> arguments;

  // The argument's value, or null when it was not given.
  const Json& argument(std::size_t index) const;
};

struct Callable {
  std::string_view name;
  std::vector<std::string_view> parameters;
  std::size_t required = 0;  // so many of them must be given
  bool variadic = false;     // takes any number of arguments without names
  // The message of a problem is completed with name and place by the caller.
  Result<Json> (*call)(const Invocation&) = nullptr;
  bool catches_undefined = false;  // its input may be a variable that is not there: it gets null
};

const Callable* find_function(std::string_view name);
const Callable* find_filter(std::string_view name);
const Callable* find_test(std::string_view name);
std::vector<std::string> function_names();
std::vector<std::string> filter_names();
std::vector<std::string> test_names();

// The tables, by file.
const std::vector<Callable>& date_filters();
const std::vector<Callable>& text_filters();
const std::vector<Callable>& collection_filters();
Result<Json> call_now(const Invocation& invocation);

}  // namespace winnow::cli::expression
