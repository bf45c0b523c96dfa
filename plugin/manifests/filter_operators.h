// The operators that a filter of a manifest may have: what each does, and what it compares with.
#pragma once

#include <string_view>

#include "tasks/manifest.h"

namespace winnow::plugin {

// What a parameter gives to the filter.
enum class Operand { text, name, texts, values, labels, instant, boolean };

struct NamedOperator {
  std::string_view name;
  tasks::FilterOperator operation;
  Operand operand;
};

// manifest.schema.json admits these names alone.
const NamedOperator& operator_named(std::string_view name);

}  // namespace winnow::plugin
