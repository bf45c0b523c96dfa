#include "tools/sample/insertion.h"

#include <algorithm>
#include <array>
#include <utility>

namespace winnow::sample {
namespace {

using database::Dialect;
using database::SqlWriter;
using database::Statement;

using Rows = std::vector<const Row*>;

// SQLite accepts 32,766 values per statement, MySQL 65,535.
constexpr std::size_t kMostValues = 5'000;

// PostgreSQL's queues have a boolean per consumer.
constexpr auto kConsumers = std::to_array<std::string_view>({"executor", "indexer"});

std::string_view postgres_cast(CellType type) {
  switch (type) {
    case CellType::document:
      return "::jsonb";
    case CellType::instant:
      return "::timestamptz";
    case CellType::queue_type:
      return "::queue_type";
    case CellType::text:
    case CellType::bytes:
    case CellType::consumer:
      break;
  }
  return "";
}

// The columns for a cell.
std::vector<std::string> columns_of(const Dialect& dialect,
                                    const std::pair<std::string_view, CellType>& column) {
  if (column.second != CellType::consumer || dialect.name() != "postgresql") {
    return {std::string(column.first)};
  }
  std::vector<std::string> columns;
  columns.reserve(kConsumers.size());
  for (const auto consumer : kConsumers) columns.push_back("consumer_" + std::string(consumer));
  return columns;
}

void begin(SqlWriter& writer, const TableShape& table, const std::string& placing = {}) {
  writer.text("INSERT INTO ").identifier(table.name);
  const char* separator = " (";
  for (const auto& column : table.columns) {
    for (const auto& name : columns_of(writer.dialect(), column)) {
      writer.text(std::exchange(separator, ", ")).identifier(name);
    }
  }
  if (!placing.empty()) writer.text(", ").identifier(placing);
  writer.text(") ");
}

// The value of a cell for PostgreSQL.
std::string postgres_value(const std::string& cell, CellType type) {
  if (type == CellType::bytes) return "convert_to(" + cell + ", 'UTF8')";
  if (type != CellType::consumer) return cell + std::string(postgres_cast(type));
  std::string values;
  for (const auto consumer : kConsumers) {
    values += (values.empty() ? "" : ", ") + cell + " = '" + std::string(consumer) + "'";
  }
  return values;
}

database::TextList column_of(const Rows& rows, std::size_t column) {
  database::TextList list;
  list.reserve(rows.size());
  for (const Row* row : rows) list.push_back(row->cells[column]);
  return list;
}

// One list per column: the statement's text is the same for any number of rows.
Statement from_lists(const Dialect& dialect, const TableShape& table, const Rows& rows) {
  SqlWriter writer(dialect);
  begin(writer, table);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    writer.text(i == 0 ? "SELECT " : ", ");
    writer.text(postgres_value("c" + std::to_string(i), table.columns[i].second));
  }
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    writer.text(i == 0 ? " FROM unnest(" : ", ").bind(column_of(rows, i));
  }
  writer.text(") AS rows (");
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    writer.text((i == 0 ? "c" : ", c") + std::to_string(i));
  }
  return writer.text(")").take();
}

// MySQL's DATETIME has no zone and refuses the `Z` of one; the session is in UTC.
std::string value_of(const Dialect& dialect, CellType type, std::string cell) {
  if (type == CellType::instant && dialect.name() == "mysql" && cell.ends_with('Z')) {
    cell.pop_back();
  }
  return cell;
}

Statement from_values(const Dialect& dialect, const TableShape& table,
                      std::span<const Row* const> rows, const std::string& placing) {
  SqlWriter writer(dialect);
  begin(writer, table, placing);
  const char* before = "VALUES (";
  for (const Row* row : rows) {
    for (std::size_t i = 0; i < row->cells.size(); ++i) {
      writer.text(std::exchange(before, ", "));
      writer.bind(value_of(dialect, table.columns[i].second, row->cells[i]));
    }
    if (!placing.empty()) {
      writer.text(", ");
      writer.bind(row->execution.empty() ? database::Parameter() : row->execution);
    }
    before = "), (";
  }
  return writer.text(")").take();
}

}  // namespace

std::vector<Statement> insertions(const Dialect& dialect, std::span<const Row> rows,
                                  const PlacingColumns& placing) {
  std::vector<Statement> statements;
  for (const TableShape& table : table_shapes()) {
    Rows own;
    for (const Row& row : rows) {
      if (row.table == &table) own.push_back(&row);
    }
    if (own.empty()) continue;
    if (dialect.name() == "postgresql") {
      statements.push_back(from_lists(dialect, table, own));
      continue;
    }
    const auto placed = placing.find(table.name);
    const std::string column = placed == placing.end() ? "" : placed->second;
    const std::size_t most = kMostValues / table.columns.size();
    for (std::size_t from = 0; from < own.size(); from += most) {
      const auto part = std::span(own).subspan(from, std::min(most, own.size() - from));
      statements.push_back(from_values(dialect, table, part, column));
    }
  }
  return statements;
}

}  // namespace winnow::sample
