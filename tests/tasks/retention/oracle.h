// What a retention policy keeps, by documents alone: the rules of docs/retention.md written down a
// second time, without SQL and without winnow's own code for rules.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "document/instant.h"
#include "document/yaml.h"

namespace winnow::tests {

using document::Json;

struct Moment {
  Json policy;         // {rules, otherwise, logs, metrics}
  std::string tenant;  // empty: none
  document::Instant now;
};

// The rule that decides about an execution: "/rules/1", "/otherwise"; nothing: none.
std::optional<std::string> deciding_rule(const Json& execution, const Moment& moment);

// The ids of the executions to delete.
std::set<std::string> executions_that_go(const Json& executions, const Moment& moment);

// Whether a rule for logs or metrics (`kind`) deletes the row {"key", "value"}.
bool row_goes(const Json& row, const char* kind, const Moment& moment);

}  // namespace winnow::tests
