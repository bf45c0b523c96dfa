// What has to hold of a manifest that is built in.
#pragma once

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::plugin {

// As check_manifest(), and by the rules of each engine: a purge's parent goes last, a sweep has its
// parameters, a doctor its tables.
Outcome<void> check_builtin(const document::Document& document);

}  // namespace winnow::plugin
