// One prepared statement of SQLite, with its values bound.
#pragma once

#include <memory>
#include <sqlite3.h>
#include <string>

#include "database/connection.h"
#include "database/statement.h"
#include "outcome/failure.h"

namespace winnow::database {

class SqliteStatement final : public Row {
 public:
  static Outcome<SqliteStatement> prepare(sqlite3* database, const Statement& statement);

  // True: there is a row. False: done.
  Outcome<bool> step();

  std::size_t size() const override;
  std::optional<std::string_view> text(std::size_t column) const override;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  SqliteStatement(sqlite3* database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}
  Outcome<void> bind(const std::vector<Parameter>& values);

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
};

}  // namespace winnow::database
