#include "hosts/cli/flow/syntax.h"

#include <span>

#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/language/operators.h"
#include "hosts/cli/flow/flow.h"
#include "hosts/cli/flow/input_types.h"

namespace winnow::cli {
namespace {

Json names_of(std::span<const expression::Callable> callables) {
  Json names = Json::array();
  for (const auto& callable : callables) names.push_back(callable.name);
  return names;
}

}  // namespace

Json flow_syntax() {
  const auto& callables = expression::callables();
  return Json{{"schema", flow_definition()},
              {"refused", refused_keys()},
              {"inputTypes", input_type_names()},
              {"functions", names_of(callables.functions)},
              {"filters", names_of(callables.filters)},
              {"tests", names_of(callables.tests)},
              {"operators", expression::binary_operator_symbols()}};
}

}  // namespace winnow::cli
