#include "plugin/manifests/filter_operators.h"

#include <algorithm>
#include <array>

namespace winnow::plugin {
namespace {

using tasks::FilterOperator;

constexpr std::array kOperators{
    NamedOperator{"equals", FilterOperator::equals, Operand::text},
    NamedOperator{"any-of", FilterOperator::any_of, Operand::texts},
    NamedOperator{"one-of", FilterOperator::one_of, Operand::values},
    NamedOperator{"names", FilterOperator::names, Operand::values},
    NamedOperator{"labels", FilterOperator::labels, Operand::labels},
    NamedOperator{"namespace", FilterOperator::name_space, Operand::name},
    NamedOperator{"at-or-after", FilterOperator::at_or_after, Operand::instant},
    NamedOperator{"at-or-before", FilterOperator::at_or_before, Operand::instant},
    NamedOperator{"after", FilterOperator::after, Operand::instant},
    NamedOperator{"before", FilterOperator::before, Operand::instant},
    NamedOperator{"include-deleted", FilterOperator::include_deleted, Operand::boolean},
    NamedOperator{"present-if", FilterOperator::present_if, Operand::boolean},
    NamedOperator{"missing-if", FilterOperator::missing_if, Operand::boolean},
};

}  // namespace

const NamedOperator& operator_named(std::string_view name) {
  const auto* const found = std::find_if(kOperators.begin(), kOperators.end(),
                                         [&](const auto& known) { return known.name == name; });
  // That it is none of them is not reached: the schema knows the same names.
  return found == kOperators.end() ? kOperators.front() : *found;
}

}  // namespace winnow::plugin
