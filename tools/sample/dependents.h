// Rows of other tables that belong to an execution, most of which Kestra's own purge leaves behind.
#pragma once

#include <vector>

#include "document/yaml.h"
#include "tools/sample/facts.h"
#include "tools/sample/row.h"

namespace winnow::sample {

// `execution` is its document.
std::vector<Row> dependent_rows(const Facts& facts, const document::Json& execution,
                                std::string_view version, Random& random);

// Rows that belong to flows and to no execution: none of them may be deleted with one.
std::vector<Row> flow_rows(const Facts& facts, std::string_view version);

}  // namespace winnow::sample
