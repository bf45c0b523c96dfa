// Everything that a flow may contain, as data: for the tests of docs/flows.md, and for editors.
#pragma once

#include "document/yaml.h"

namespace winnow::cli {

// {"schema": the JSON Schema of a flow, "refused": Kestra's unsupported keys by list, "inputTypes",
// "functions", "filters", "tests", "operators": names}
document::Json flow_syntax();

}  // namespace winnow::cli
