// Which variables a flow's expressions use: checked before anything runs, and all that is read of a
// task's outputs.
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

// The mistake in the reference, or an empty string. Nothing is wrong where `??`, default or `is
// defined` catches what is not defined.
std::string wrong_reference(const expression::Reference& reference, const expression::Scope& scope,
                            const EarlierOutputs& earlier);

// The references in all strings of the value; none of a string that is no expression.
std::vector<expression::Reference> references_in(const Json& value);

bool uses_outputs(const Json& value);

// The outputs that a flow's expressions use. A listing may give a hundred megabytes of rows, of
// which the flow wants the number.
class UsedOutputs {
 public:
  explicit UsedOutputs(const Flow& flow);

  // The members of a task's outputs that the flow uses, or nothing for a value that is discarded.
  Json read(const std::string& task, std::string_view outputs) const;

 private:
  static constexpr const char* kAll = "";  // in place of a name: there is an index that varies
  std::map<std::string, std::set<std::string>> names_;  // by task
};

}  // namespace winnow::cli
