// The variables that a flow's expressions use: checked before anything runs, and the only part of a
// task's outputs that is read.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include "hosts/cli/expression/language/evaluator.h"
#include "hosts/cli/flow/flow.h"

namespace winnow::cli {

// The outputs of the tasks that run before: task id -> JSON Schema of its outputs.
using EarlierOutputs = std::map<std::string, Json>;

// The mistake in the reference, or an empty string. An undefined value is no mistake if `??`,
// default or `is defined` catches it.
std::string wrong_reference(const expression::Reference& reference, const expression::Scope& scope,
                            const EarlierOutputs& earlier);

// The references in all strings of the value; a string without an expression has none.
std::vector<expression::Reference> references_in(const Json& value);

bool uses_outputs(const Json& value);

// The outputs that a flow's expressions use. A listing may return a hundred megabytes of rows,
// while the flow only needs their number.
class UsedOutputs {
 public:
  explicit UsedOutputs(const Flow& flow);

  // The members of a task's outputs that the flow uses; null for a discarded value.
  Json read(const std::string& task, std::string_view outputs) const;

 private:
  static constexpr const char* kAll = "";  // in place of a name: all, because an index varies
  std::map<std::string, std::set<std::string>> names_;  // by task
};

}  // namespace winnow::cli
