// The rights that a task needs on its tables, and which of them are missing.
#pragma once

#include <string>

#include "database/schema.h"

namespace winnow::tasks {

// What a task does with a table's rows. Only PostgreSQL requires a right to lock them: UPDATE.
enum class Use { deletes, locks_and_deletes };

// The rights to grant, "SELECT, DELETE"; empty if none is missing.
std::string missing_rights(const database::Table& table, Use use);

// Collects the missing rights on all tables of a task, so that they are reported together.
class MissingRights {
 public:
  void look_at(const database::Table& table, Use use = Use::deletes);
  // A schema failure that names each table with the rights to grant.
  Outcome<void> check() const;

 private:
  std::string text_;
};

}  // namespace winnow::tasks
