#include "database/dialect.h"

#include <utility>

namespace winnow::database {

SqlWriter& SqlWriter::identifier(std::string_view name) {
  return text(dialect_.quoted(name));
}

SqlWriter& SqlWriter::table(const Table& table) {
  if (!table.schema.empty()) identifier(table.schema).text(".");
  return identifier(table.name);
}

SqlWriter& SqlWriter::bind(Parameter value) {
  text(dialect_.placeholder(statement_.parameters.size() + 1, value));
  statement_.parameters.push_back(std::move(value));
  return *this;
}

SqlWriter& SqlWriter::bind_as(const Column& column, Parameter value) {
  text(dialect_.placeholder_as(statement_.parameters.size() + 1, column, value));
  statement_.parameters.push_back(std::move(value));
  return *this;
}

void Dialect::any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
                      const Column& column, TextList keys) const {
  const auto prefix = table_alias.empty() ? std::string() : quoted(table_alias) + ".";
  const auto* deleted = table.column("deleted");
  // Beside the primary key `deleted` misleads SQLite to an index that begins with it.
  const bool by_primary_key = table.primary_key == std::vector{column.name};
  if (!by_primary_key && deleted != nullptr && deleted->type == ColumnType::boolean) {
    writer.text(prefix + quoted("deleted") + " IN (false, true) AND ");
  }
  any_of(writer, prefix + quoted(column.name), column, std::move(keys));
}

std::string Dialect::create_index(const Table& table,
                                  const std::vector<std::string>& columns) const {
  SqlWriter writer(*this);
  std::string name = table.name;
  for (const auto& column : columns) name += "_" + column;
  writer.text("CREATE INDEX ").identifier(name).text(" ON ").table(table).text(" (");
  for (std::size_t at = 0; at < columns.size(); ++at) {
    writer.text(at == 0 ? "" : ", ").identifier(columns[at]);
  }
  return writer.text(")").take().sql;
}

}  // namespace winnow::database
