// The operator's retention rules, in a file of their own.
#pragma once

#include <string>

#include "outcome/failure.h"
#include "tasks/retention/policy.h"

namespace winnow::plugin {

// Reads a YAML file with `rules`, `otherwise`, `logs` and `metrics` (docs/retention.md). What is
// wrong is a configuration failure with file, line and reason.
Outcome<tasks::RetentionPolicy> read_retention_file(const std::string& path);

}  // namespace winnow::plugin
