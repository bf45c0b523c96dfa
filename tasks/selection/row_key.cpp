#include "tasks/selection/row_key.h"

#include <algorithm>
#include <set>
#include <utility>

#include "database/texts.h"
#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::tasks {

const database::Column* row_key(const database::Table& table) {
  if (table.primary_key.size() == 1) return table.column(table.primary_key.front());
  for (const auto* name : {"key", "offset"}) {
    const bool leads = std::any_of(
        table.indexes.begin(), table.indexes.end(), [name](const database::Index& index) {
          return !index.partial && !index.columns.empty() && index.columns.front() == name;
        });
    if (leads) return table.column(name);
  }
  return nullptr;
}

namespace {

using database::Column;
using database::ColumnType;
using database::Problem;

constexpr const char* kAsKestraDoes =
    "give the column the type and the collation that Kestra gives it";

}  // namespace

std::optional<Problem> problem_of_spelling(const Column& column) {
  if (column.lax.empty()) return std::nullopt;
  return Problem{.what = "column \"" + column.name + "\" has " + column.lax +
                         ", which takes texts for the same that are spelt differently, and rows of "
                         "others might go with those that are meant",
                 .remedy = kAsKestraDoes};
}

std::optional<Problem> problem_of_ids(const Column& column) {
  if (auto problem = problem_of_spelling(column)) return problem;
  const bool is_read = column.type == ColumnType::text || column.type == ColumnType::integer;
  if (is_read) return std::nullopt;
  return Problem{.what = "column \"" + column.name + "\" is of type " + column.type_name +
                         ", and ids of Kestra are texts",
                 .remedy = kAsKestraDoes};
}

std::optional<Problem> problem_of_key(const database::Table& table, const Column& column,
                                      const database::Dialect& dialect) {
  if (auto problem = problem_of_ids(column)) return problem;
  // Kestra counts it up by itself, and has no unique index on it before 2.0 on PostgreSQL.
  const bool counts_up = column.type == ColumnType::integer;
  if (counts_up || table.is_told_apart_by(column.name)) return std::nullopt;
  constexpr std::string_view kCreate = "CREATE ";
  auto ddl = dialect.create_index(table, {column.name});
  ddl.insert(kCreate.size(), "UNIQUE ");
  return Problem{.what = "no unique index has the column \"" + column.name +
                         "\", as Kestra's primary key does: several rows may share one, and what "
                         "belongs to one that stays might go with another",
                 .remedy = (table.partitions.empty()
                                ? "add it: "
                                : "add it, with the columns behind it that split the table: ") +
                           ddl};
}

std::optional<Problem> problem_of_deletion(const database::Table& table,
                                           const database::Dialect& dialect) {
  if (!table.takes_along.empty()) {
    return Problem{
        .what = "a foreign key of table \"" + table.takes_along.front() +
                "\" (ON DELETE CASCADE) has its rows go along, whether they are meant or "
                "not, and uncounted",
        .remedy = "Kestra has no such key: drop it, or make it one without CASCADE"};
  }
  const auto* deleted = table.column("deleted");
  if (deleted != nullptr && deleted->type == ColumnType::boolean && deleted->nullable) {
    return Problem{
        .what =
            "column \"deleted\" may be NULL, and rows without a value would be left where "
            "what they belong to goes",
        .remedy = "make it NOT NULL, as Kestra does"};
  }
  const auto& engine = table.engine_without_transactions;
  if (engine.empty()) return std::nullopt;
  return Problem{
      .what = "its engine is " + engine +
              ", which takes nothing back: where a batch fails, some of its rows would be "
              "gone without those that belong to them",
      .remedy = database::SqlWriter(dialect)
                    .text("make it what Kestra's tables are: ALTER TABLE ")
                    .table(table)
                    .text(" ENGINE = InnoDB")
                    .take()
                    .sql};
}

database::Statement present_keys(const database::Dialect& dialect, const database::Table& table,
                                 const database::Column& column, database::TextList keys) {
  database::SqlWriter writer(dialect);
  const auto key = "e." + dialect.quoted(column.name);
  writer.text("SELECT " + key + " FROM ").table(table).text(" AS e WHERE ");
  dialect.any_of(writer, key, column, std::move(keys));
  return writer.take();
}

Outcome<database::TextList> missing_keys(database::Connection& connection,
                                         const database::Table& table,
                                         const database::Column& column, database::TextList keys) {
  if (keys.empty()) return keys;
  WINNOW_TRY(const auto present, database::texts_of(connection, present_keys(connection.dialect(),
                                                                             table, column, keys)));
  std::set<std::string> found;
  for (const auto& key : present) found.insert(document::lower(key));
  std::erase_if(keys, [&](const auto& key) { return found.contains(document::lower(key)); });
  return keys;
}

Outcome<void> refuse_for(const database::Table& table, const std::optional<Problem>& problem) {
  if (!problem) return {};
  return fail(FailureKind::schema, "table \"" + table.name + "\": " + problem->what +
                                       ". Nothing was deleted; " + problem->remedy);
}

}  // namespace winnow::tasks
