// Batches of families (the parameter withChildren): whole ones, children before their parents.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "tasks/families/families.h"
#include "tasks/purge/batch.h"

namespace winnow::tasks {

// Replaces selected rows by the families that may be deleted: those of the rows that are roots. A
// row with a parent is deleted or stays with its root. Rows whose family stays are noted in the
// batch. Fails like Families::of(); then the batch is unchanged.
Outcome<void> complete_families(const Families& families, database::Connection& connection,
                                Batch& batch);

// The rows of those families that have all of their keys among `keys`.
std::vector<BatchRow> whole_families(std::vector<BatchRow> rows,
                                     const std::set<std::string, std::less<>>& keys);

// While a transaction has locked these rows: the rows of those families that have no new child.
Outcome<std::vector<BatchRow>> closed_families(const Families& families,
                                               database::Connection& connection,
                                               std::vector<BatchRow> rows);

}  // namespace winnow::tasks
