#include "database/sqlite/probe.h"

#include <algorithm>
#include <cctype>
#include <functional>
#include <map>

#include "database/sqlite/dialect.h"
#include "database/texts.h"
#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

ColumnType type_of(std::string declared) {
  std::transform(declared.begin(), declared.end(), declared.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  declared = declared.substr(0, declared.find_first_of(" ("));
  static const std::map<std::string, ColumnType> kTypes = {
      {"BOOLEAN", ColumnType::boolean}, {"BOOL", ColumnType::boolean},
      {"INTEGER", ColumnType::integer}, {"INT", ColumnType::integer},
      {"BIGINT", ColumnType::integer},  {"REAL", ColumnType::number},
      {"DOUBLE", ColumnType::number},   {"FLOAT", ColumnType::number},
      {"TEXT", ColumnType::text},       {"VARCHAR", ColumnType::text},
      {"INSTANT", ColumnType::instant}, {"DATETIME", ColumnType::instant},
      {"JSON", ColumnType::document},
  };
  if (const auto found = kTypes.find(declared); found != kTypes.end()) return found->second;
  // As SQLite itself reads a type that it does not know.
  return declared.find("CHAR") == std::string::npos ? ColumnType::other : ColumnType::text;
}

Outcome<void> each_row(sqlite3* database, const char* sql, const std::string& argument,
                       const std::function<void(const Row&)>& take) {
  WINNOW_TRY(auto statement,
             SqliteStatement::prepare(database, {.sql = sql, .parameters = {argument}}));
  while (true) {
    WINNOW_TRY(const auto stepped, statement.step());
    if (!stepped) return {};
    take(statement);
  }
}

// table_xinfo, as table_info leaves generated columns out; hidden = 1 is a virtual table's own.
Outcome<void> read_columns(sqlite3* database, Table& table) {
  std::map<std::string, std::string> key;
  auto read = each_row(database,
                       "SELECT name, type, \"notnull\", printf('%05d', pk) FROM "
                       "pragma_table_xinfo(?1) WHERE hidden <> 1 ORDER BY cid",
                       table.name, [&](const Row& row) {
                         Column column;
                         column.name = cell_of(row, 0);
                         column.type_name = cell_of(row, 1);
                         column.type = type_of(column.type_name);
                         column.nullable = cell_of(row, 2) == "0";
                         if (cell_of(row, 3) != "00000") key[cell_of(row, 3)] = column.name;
                         table.columns.push_back(std::move(column));
                       });
  for (const auto& [position, name] : key) table.primary_key.push_back(name);
  return read;
}

// The pragma does not tell it.
void read_collations(sqlite3* database, Table& table) {
  for (auto& column : table.columns) {
    const char* collation = nullptr;
    const auto found =
        sqlite3_table_column_metadata(database, nullptr, table.name.c_str(), column.name.c_str(),
                                      nullptr, &collation, nullptr, nullptr, nullptr);
    const bool is_known = found == SQLITE_OK && collation != nullptr;
    if (is_known && std::string_view(collation) != "BINARY") {
      column.lax = "the collation " + std::string(collation);
    }
  }
}

Outcome<void> read_indexes(sqlite3* database, Table& table) {
  return each_row(
      database,
      "SELECT list.name, list.\"unique\", list.partial, info.name FROM pragma_index_list(?1) AS "
      "list, "
      "pragma_index_info(list.name) AS info ORDER BY list.origin <> 'pk', list.name, info.seqno",
      table.name, [&](const Row& row) {
        if (table.indexes.empty() || table.indexes.back().name != cell_of(row, 0)) {
          table.indexes.push_back({.name = cell_of(row, 0),
                                   .columns = {},
                                   .unique = cell_of(row, 1) == "1",
                                   .partial = cell_of(row, 2) == "1"});
        }
        table.indexes.back().columns.push_back(cell_of(row, 3));
      });
}

// A key of one INTEGER column is the table's own order and has no entry in the list of indexes.
void add_rowid_key(Table& table) {
  if (table.primary_key.size() != 1) return;
  const auto* column = table.column(table.primary_key.front());
  if (column == nullptr || column->type_name != "INTEGER") return;
  table.indexes.insert(table.indexes.begin(),
                       Index{.name = "PRIMARY KEY", .columns = table.primary_key, .unique = true});
}

// The greatest row number is found at once, and is no less than the number of rows. A table without
// row numbers has no estimate.
void estimate_rows(sqlite3* database, Table& table) {
  const auto sql = "SELECT max(rowid), ?1 FROM " + sqlite_dialect().quoted(table.name);
  static_cast<void>(each_row(database, sql.c_str(), table.name, [&table](const Row& row) {
    table.estimated_rows =
        document::number_of<std::int64_t>(row.text(0).value_or("0")).value_or(-1);
  }));
}

}  // namespace

Outcome<std::optional<Table>> probe_sqlite_table(sqlite3* database, const std::string& name,
                                                 bool writable) {
  std::string kind;
  auto read =
      each_row(database, "SELECT type FROM sqlite_schema WHERE name = ?1 AND type <> 'trigger'",
               name, [&](const Row& row) { kind = cell_of(row, 0); });
  if (!read) return fail(std::move(read.error()));
  if (kind.empty()) return std::optional<Table>();
  Table table;
  table.name = name;
  if (kind != "table") table.instead_of_table = kind;  // "view", "index"
  table.can_delete = writable && kind == "table";
  // The columns of a view may be those of a table that is missing.
  const bool is_table = table.instead_of_table.empty();
  if (auto columns = read_columns(database, table); !columns && is_table) {
    return fail(std::move(columns.error()));
  }
  if (!is_table) return std::optional<Table>(std::move(table));
  read_collations(database, table);
  WINNOW_CHECK(read_indexes(database, table));
  WINNOW_CHECK(each_row(
      database, "SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 LIMIT 1",
      name, [&](const Row&) { table.may_keep_rows = table.acts_on_deletions = true; }));
  add_rowid_key(table);
  estimate_rows(database, table);
  return std::optional<Table>(std::move(table));
}

}  // namespace winnow::database
