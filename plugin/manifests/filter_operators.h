// The filter operators of a manifest: what each does, and what it compares with.
#pragma once

#include <string_view>

#include "tasks/manifest.h"

namespace winnow::plugin {

// The kind of value that a parameter gives to the filter.
enum class Operand { text, name, texts, values, labels, instant, boolean };

struct NamedOperator {
  std::string_view name;
  tasks::FilterOperator operation;
  Operand operand;
};

// manifest.schema.json allows only these names.
const NamedOperator& operator_named(std::string_view name);

}  // namespace winnow::plugin
