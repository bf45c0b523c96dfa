#include "hosts/cli/expression/language/arguments.h"

#include <algorithm>

#include "document/nearest.h"

namespace winnow::cli::expression {
namespace {

std::string in_quotes(std::string_view name) {
  return "'" + std::string(name) + "'";
}

Result<std::size_t> place_of(const Callable& callable, const GivenArgument& argument) {
  const auto& names = callable.parameters;
  const auto found = std::find(names.begin(), names.end(), argument.name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const std::vector<std::string> known(names.begin(), names.end());
  return problem(in_quotes(callable.name) + " has no argument " + in_quotes(argument.name) +
                     document::did_you_mean(argument.name, known),
                 argument.offset);
}

Result<std::vector<NodePointer>> as_they_come(const Callable& callable,
                                              std::vector<GivenArgument> given,
                                              std::size_t offset) {
  std::vector<NodePointer> arguments;
  for (auto& argument : given) {
    if (!argument.name.empty()) {
      return problem(in_quotes(callable.name) + " takes no arguments by name", argument.offset);
    }
    arguments.push_back(std::move(argument.value));
  }
  if (arguments.size() < callable.required) {
    return problem(in_quotes(callable.name) + " needs an argument", offset);
  }
  return arguments;
}

}  // namespace

Result<std::vector<NodePointer>> arranged(const Callable& callable,
                                          std::vector<GivenArgument> given, std::size_t offset) {
  if (callable.variadic) return as_they_come(callable, std::move(given), offset);
  std::vector<NodePointer> arguments(callable.parameters.size());
  std::size_t next = 0;
  for (auto& argument : given) {
    std::size_t place = next++;
    if (!argument.name.empty()) {
      const auto named = place_of(callable, argument);
      if (!named) return problem(named.error());
      place = *named;
    }
    if (place >= arguments.size()) {
      return problem(in_quotes(callable.name) + " takes at most " +
                         std::to_string(arguments.size()) + " arguments",
                     argument.offset);
    }
    if (arguments[place]) {
      return problem("the argument " + in_quotes(callable.parameters[place]) + " is given twice",
                     argument.offset);
    }
    arguments[place] = std::move(argument.value);
  }
  for (std::size_t i = 0; i < callable.required; ++i) {
    if (arguments[i]) continue;
    return problem(
        in_quotes(callable.name) + " needs the argument " + in_quotes(callable.parameters[i]),
        offset);
  }
  return arguments;
}

}  // namespace winnow::cli::expression
