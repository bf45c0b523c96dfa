// What tables hold at the moment: whether any row, and whether any that is marked deleted.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "database/connection.h"

namespace winnow::tasks {

struct Question {
  const database::Table* table = nullptr;
  // Where rows marked deleted are asked for: the column after `deleted` in an index, see marks_lead().
  const database::Column* marked_by = nullptr;
};

// Whether an index leads to the rows marked deleted and, among them, to a value of the column.
bool marks_lead(const database::Table& table, const database::Column& column);

// SELECT of the numbers of those questions that are answered by yes. Costs a page or two each, but
// for entries of rows that are gone where they lie before the first one that is not.
database::Statement asking(const database::Dialect& dialect, std::span<const Question> questions);

// Asks in one statement, none where there is no question. Nothing: the server gave no answer.
std::optional<std::vector<bool>> ask(database::Connection& connection,
                                     std::span<const Question> questions);

}  // namespace winnow::tasks
