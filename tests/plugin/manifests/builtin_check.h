// The rules for a built-in manifest.
#pragma once

#include <string>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::plugin {

// The parameters that a task of this engine reads itself; every other one has a filter or is a
// switch.
std::vector<std::string> own_parameters(const document::Json& manifest);

// Like check_manifest(), and with the rules of each engine: a purge's parent is last, a sweep has
// its parameters, a doctor its tables.
Outcome<void> check_builtin(const document::Document& document);

}  // namespace winnow::plugin
