// A database with one table of every kind of column, and the few calls that tests of drivers make
// on it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "database/connection.h"
#include "tests/support/require.h"
#include "tests/support/test_database.h"

namespace winnow::tests {

using database::AfterBatch;
using database::Parameter;
using database::plain;
using database::Row;
using database::SqlWriter;
using database::Statement;
using database::TextList;
using Cells = std::vector<std::optional<std::string>>;

// All rows of a query, as texts.
std::vector<Cells> rows_of(database::Connection& connection, const Statement& statement);
std::vector<Cells> rows_of(database::Connection& connection, const std::string& sql);
// The only cell of a query of one row.
std::optional<std::string> cell_of(database::Connection& connection, const Statement& statement);
std::optional<std::string> cell_of(database::Connection& connection, const std::string& sql);
void run(database::Connection& connection, const std::vector<std::string>& statements);
// Whether two probes agree about what a listing needs.
testing::AssertionResult same_to_a_listing(const database::Table& left,
                                           const database::Table& right);

// Table `items`: key, name (text), number (integer), ratio (number), flag (boolean), moment
// (instant), state (enumeration CREATED, RUNNING, SUCCESS; text on SQLite), value (document),
// deleted (boolean). Indexes: the primary key, items_name (deleted, name), and items_flagged
// (number), unique and partial where the engine has that.
class DriverBed : public testing::TestWithParam<TestEngine> {
 protected:
  DriverBed();

  bool is(std::string_view engine) const { return GetParam().name == engine; }
  const database::Table& items() const { return *schema_.table("items"); }
  const database::Column& column(const std::string& name) const { return *items().column(name); }
  // An INSERT of the named columns; deleted is false unless it is named.
  Statement insertion(std::vector<std::pair<std::string, Parameter>> values) const;
  void insert(std::vector<std::pair<std::string, Parameter>> values);
  // Rows k00000, k00001, ... whose names are n00000, ...
  void insert_many(int count);
  std::string count_items();
  // The result of SELECT as_text(column) for the row.
  std::optional<std::string> text_of(const std::string& name, const std::string& key);
  // SELECT key ... WHERE key = ? with what locks and skips.
  Statement locking(const std::string& key) const;
  Statement renaming(const std::string& key, const std::string& name) const;

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  database::Schema schema_;
};

}  // namespace winnow::tests
