// Translates a manifest's parameter types to JSON Schema.
#pragma once

#include "document/yaml.h"

namespace winnow::plugin {

// The parameter of a manifest with `type: values` and `type: labels` expanded, and without the keys
// that are not JSON Schema keywords (required, filter).
document::Json json_schema_of(document::Json parameter);

}  // namespace winnow::plugin
