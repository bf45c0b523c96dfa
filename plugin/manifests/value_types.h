// What a manifest's type of parameter is in JSON Schema.
#pragma once

#include "document/yaml.h"

namespace winnow::plugin {

// The parameter as its manifest declares it, with `type: values` and `type: labels` spelled out,
// and without the keys that are no keywords of JSON Schema (required, filter).
document::Json json_schema_of(document::Json parameter);

}  // namespace winnow::plugin
