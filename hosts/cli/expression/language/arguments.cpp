#include "hosts/cli/expression/language/arguments.h"

#include <algorithm>
#include <set>

#include "document/nearest.h"
#include "hosts/cli/expression/language/mistake.h"

namespace winnow::cli::expression {
namespace {

std::string in_quotes(std::string_view name) {
  return "'" + std::string(name) + "'";
}

}  // namespace

Outcome<std::vector<Node>> in_order(const Callable& callable, std::vector<GivenArgument> given,
                                    std::string_view source, std::size_t offset) {
  const auto& names = callable.parameters;
  const std::string called = in_quotes(callable.name);
  std::vector<Node> arguments(callable.variadic ? given.size() : names.size());
  std::set<std::size_t> filled;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto refuse = [&](const std::string& message) {
      return mistake(source, given[i].offset, message);
    };
    auto place = i;
    if (!given[i].name.empty()) {
      const auto found = std::find(names.begin(), names.end(), given[i].name);
      if (found == names.end()) {
        return refuse(called + " has no argument " + in_quotes(given[i].name) +
                      document::did_you_mean(given[i].name, {names.begin(), names.end()}));
      }
      place = static_cast<std::size_t>(found - names.begin());
    }
    if (place >= arguments.size()) {
      return refuse(called + " takes at most " + std::to_string(names.size()) + " arguments");
    }
    if (!filled.insert(place).second) {
      return refuse("the argument " + in_quotes(names[place]) + " is given twice");
    }
    arguments[place] = std::move(given[i].value);
  }
  std::size_t missing = 0;
  while (missing < callable.required && filled.contains(missing)) ++missing;
  if (missing == callable.required) return arguments;
  return mistake(
      source, offset,
      called + " needs " +
          (missing < names.size() ? "the argument " + in_quotes(names[missing]) : "an argument"));
}

}  // namespace winnow::cli::expression
