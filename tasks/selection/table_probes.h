// What tables hold at the moment: whether any row, and whether any that is marked deleted.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

// Whether a table has a row.
struct TableProbe {
  const database::Table* table = nullptr;
  // Where only rows marked deleted are looked for: the column after `deleted` in an index, see
  // deleted_leads().
  const database::Column* deleted_before = nullptr;
};

// Whether an index leads to the rows marked deleted and, among them, to a value of the column.
bool deleted_leads(const database::Table& table, const database::Column& column);

// SELECT of the numbers of the probes that find a row. Costs a page or two each, plus the index
// entries of dead rows that lie before the first live one.
database::Statement probe_sql(const database::Dialect& dialect, std::span<const TableProbe> probes);

// Runs them in one statement, and sends none where there is no probe. Nothing: the server gave no
// answer.
std::optional<std::vector<bool>> run_probes(database::Connection& connection,
                                            std::span<const TableProbe> probes);

}  // namespace winnow::tasks
