// All that a flow may hold, as data: for the tests of docs/flows.md, and for whoever writes an
// editor.
#pragma once

#include "document/yaml.h"

namespace winnow::cli {

// {"schema": the JSON Schema of a flow, "refused": the keys of Kestra's that can't be honoured by
// list, "inputTypes", "functions", "filters", "tests", "operators": names}
document::Json flow_syntax();

}  // namespace winnow::cli
