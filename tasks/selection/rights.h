// The rights that a task needs of its tables, and which of them are missing.
#pragma once

#include "database/schema.h"

namespace winnow::tasks {

// A schema failure that names the rights to grant, where the database user may not read and delete
// rows of the table.
Outcome<void> check_may_delete(const database::Table& table);

// The same for a task that locks the rows first, for which PostgreSQL asks for UPDATE too.
Outcome<void> check_may_lock_and_delete(const database::Table& table);

}  // namespace winnow::tasks
