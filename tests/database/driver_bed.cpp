#include "tests/database/driver_bed.h"

#include <cstdio>
#include <sstream>

namespace winnow::tests {
namespace {

const std::vector<std::string> kPostgres = {
    "CREATE TYPE state_type AS ENUM ('CREATED', 'RUNNING', 'SUCCESS')",
    "CREATE TABLE items (key varchar(250) PRIMARY KEY, name varchar(500), number bigint, "
    "ratio double precision, flag boolean, moment timestamptz, state state_type, value jsonb, "
    "deleted boolean NOT NULL DEFAULT false)",
    "CREATE INDEX items_name ON items (deleted, name)",
    "CREATE UNIQUE INDEX items_flagged ON items (number) WHERE flag",
};

const std::vector<std::string> kMysql = {
    "CREATE TABLE items (`key` varchar(250) NOT NULL PRIMARY KEY, name varchar(500), number "
    "bigint, "
    "ratio double, flag tinyint(1), moment datetime(6), state enum('CREATED', 'RUNNING', "
    "'SUCCESS'), "
    "value json, deleted tinyint(1) NOT NULL DEFAULT 0, KEY items_name (deleted, name), "
    "KEY items_flagged (number)) "
    "ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci",
};

const std::vector<std::string> kSqlite = {
    "CREATE TABLE items (key TEXT PRIMARY KEY NOT NULL, name TEXT, number INTEGER, ratio REAL, "
    "flag BOOLEAN, moment INSTANT, state TEXT, value JSON, deleted BOOLEAN NOT NULL DEFAULT 0)",
    "CREATE INDEX items_name ON items (deleted, name)",
    "CREATE UNIQUE INDEX items_flagged ON items (number) WHERE flag",
};

std::string numbered(char letter, int number) {
  std::string text(8, '\0');
  const int size = std::snprintf(text.data(), text.size(), "%c%05d", letter, number);
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::vector<Cells> rows_of(database::Connection& connection, const Statement& statement) {
  std::vector<Cells> rows;
  require(connection.query(statement, [&](const Row& row) {
    Cells cells;
    for (std::size_t at = 0; at < row.size(); ++at) {
      const auto text = row.text(at);
      cells.push_back(text ? std::optional<std::string>(*text) : std::nullopt);
    }
    rows.push_back(std::move(cells));
    return true;
  }));
  return rows;
}

std::vector<Cells> rows_of(database::Connection& connection, const std::string& sql) {
  return rows_of(connection, plain(sql));
}

std::optional<std::string> cell_of(database::Connection& connection, const Statement& statement) {
  const auto rows = rows_of(connection, statement);
  if (rows.size() != 1) throw std::runtime_error(std::to_string(rows.size()) + " rows, not one");
  return rows.front().front();
}

std::optional<std::string> cell_of(database::Connection& connection, const std::string& sql) {
  return cell_of(connection, plain(sql));
}

void run(database::Connection& connection, const std::vector<std::string>& statements) {
  std::vector<Statement> batch;
  batch.reserve(statements.size());
  for (const auto& sql : statements) batch.push_back(plain(sql));
  require(connection.execute(batch, AfterBatch::commit));
}

namespace {

std::string told_of(const database::Table& table) {
  std::ostringstream text;
  text << table.name << ' ' << table.schema << ' ' << table.instead_of_table << ' '
       << table.hides_rows_from << ' ' << table.estimated_rows << '\n';
  for (const auto& column : table.columns) {
    text << column.name << ' ' << static_cast<int>(column.type) << ' ' << column.type_name << ' '
         << column.nullable << ' ' << column.collation << ' ' << column.lax;
    for (const auto& label : column.labels) text << ' ' << label;
    text << '\n';
  }
  for (const auto& index : table.indexes) {
    text << index.name << ' ' << index.unique << index.partial << index.ordered;
    for (const auto& column : index.columns) text << " <" << column << '>';
    text << '\n';
  }
  for (const auto& column : table.primary_key) text << column << '\n';
  for (const auto& part : table.partitions) text << part.name << part.estimated_rows << '\n';
  return text.str();
}

}  // namespace

testing::AssertionResult same_to_a_listing(const database::Table& left,
                                           const database::Table& right) {
  if (told_of(left) == told_of(right)) return testing::AssertionSuccess();
  return testing::AssertionFailure() << told_of(left) << "is not\n" << told_of(right);
}

DriverBed::DriverBed()
    : database_(TestDatabase::create(GetParam())), connection_(database_.connection()) {
  run(*connection_, is("postgresql") ? kPostgres : is("mysql") ? kMysql : kSqlite);
  schema_ = require(connection_->probe(std::vector<std::string>{"items"}));
  if (schema_.table("items") == nullptr) throw std::runtime_error("the probe did not find items");
}

Statement DriverBed::insertion(std::vector<std::pair<std::string, Parameter>> values) const {
  SqlWriter writer(connection_->dialect());
  writer.text("INSERT INTO ").table(items()).text(" (");
  const char* separator = "";
  for (const auto& [name, value] : values) {
    writer.text(separator).identifier(name);
    separator = ", ";
  }
  writer.text(") VALUES (");
  separator = "";
  for (auto& [name, value] : values) {
    writer.text(separator).bind_as(column(name), std::move(value));
    separator = ", ";
  }
  writer.text(")");
  return writer.take();
}

void DriverBed::insert(std::vector<std::pair<std::string, Parameter>> values) {
  const auto statement = insertion(std::move(values));
  require(connection_->execute({&statement, 1}, AfterBatch::commit));
}

void DriverBed::insert_many(int count) {
  std::vector<Statement> batch;
  batch.reserve(static_cast<std::size_t>(count));
  for (int number = 0; number < count; ++number) {
    batch.push_back(insertion({{"key", numbered('k', number)},
                               {"name", numbered('n', number)},
                               {"number", std::int64_t{number}}}));
  }
  require(connection_->execute(batch, AfterBatch::commit));
}

std::string DriverBed::count_items() {
  return cell_of(*connection_, "SELECT count(*) FROM items").value_or("");
}

std::optional<std::string> DriverBed::text_of(const std::string& name, const std::string& key) {
  SqlWriter writer(connection_->dialect());
  writer.text("SELECT ").text(connection_->dialect().as_text("i", column(name), {}));
  writer.text(" FROM ").table(items()).text(" i WHERE i.").identifier("key").text(" = ");
  return cell_of(*connection_, writer.bind(key).take());
}

Statement DriverBed::locking(const std::string& key) const {
  SqlWriter writer(connection_->dialect());
  writer.text("SELECT ").identifier("key").text(" FROM ").table(items()).text(" WHERE ");
  writer.identifier("key").text(" = ").bind(key).text(" ");
  return writer.text(connection_->dialect().lock_skipping_locked()).take();
}

Statement DriverBed::renaming(const std::string& key, const std::string& name) const {
  SqlWriter writer(connection_->dialect());
  writer.text("UPDATE ").table(items()).text(" SET name = ").bind(name).text(" WHERE ");
  return writer.identifier("key").text(" = ").bind(key).take();
}

}  // namespace winnow::tests
