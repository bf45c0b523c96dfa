// Batches of families (the parameter withChildren): whole ones, children before their parents.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tasks/families/families.h"
#include "tasks/purge/batch.h"

namespace winnow::tasks {

// Puts, in place of selected rows, the families that may go: those of the rows that are roots. What
// has a parent goes or stays with its root. Rows whose family stays are noted in the batch. Fails
// as Families::of() does; the batch is as it was then.
Outcome<void> complete_families(const Families& families, database::Connection& connection,
                                Batch& batch);

// Those of whose families each of these rows has its key among `keys`.
std::vector<BatchRow> whole_families(std::vector<BatchRow> rows,
                                     const std::set<std::string, std::less<>>& keys);

// While a transaction has locked these rows: those of whose families no other child has come.
Outcome<std::vector<BatchRow>> closed_families(const Families& families,
                                               database::Connection& connection,
                                               std::vector<BatchRow> rows);

}  // namespace winnow::tasks
