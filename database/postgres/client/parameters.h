// Writes bound values in the text form that PostgreSQL reads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

// The values of one statement; pointers() stay valid while this object is neither changed nor
// moved.
class PostgresParameters {
 public:
  // Refuses a text with a NUL: libpq would truncate it there, and so name another row.
  static Outcome<PostgresParameters> make(const std::vector<Parameter>& values);

  int size() const { return static_cast<int>(texts_.size()); }
  std::vector<const char*> pointers() const;

 private:
  std::vector<std::optional<std::string>> texts_;
};

// An array literal: {"a","b\"c",""}.
std::string postgres_array(const TextList& list);

}  // namespace winnow::database
