// Probes whether tables have any row, and any row that is marked deleted.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

// Whether a table has a row.
struct TableProbe {
  const database::Table* table = nullptr;
  // If only rows marked deleted are looked for: the column after `deleted` in an index, see
  // deleted_leads().
  const database::Column* deleted_before = nullptr;
};

// Whether an index finds the rows marked deleted and, among them, a value of the column.
bool deleted_leads(const database::Table& table, const database::Column& column);

// SELECT of the numbers of the probes that find a row. Each costs a page or two, plus the index
// entries of dead rows before the first live one.
database::Statement probe_sql(const database::Dialect& dialect, std::span<const TableProbe> probes);

// Runs them in one statement; sends nothing without a probe. Nothing: the query failed.
std::optional<std::vector<bool>> run_probes(database::Connection& connection,
                                            std::span<const TableProbe> probes);

}  // namespace winnow::tasks
