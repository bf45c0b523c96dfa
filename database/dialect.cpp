#include "database/dialect.h"

#include <utility>

namespace winnow::database {

std::string_view sign(Comparison comparison) {
  switch (comparison) {
    case Comparison::at_or_after:
      return " >= ";
    case Comparison::at_or_before:
      return " <= ";
    case Comparison::after:
      return " > ";
    case Comparison::before:
      break;
  }
  return " < ";
}

bool looks_back(Comparison comparison) {
  return comparison == Comparison::at_or_before || comparison == Comparison::before;
}

std::string qualified(const Dialect& dialect, std::string_view alias, std::string_view column) {
  if (alias.empty()) return dialect.quoted(column);
  return dialect.quoted(alias) + "." + dialect.quoted(column);
}

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

void Dialect::exactly_any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                             TextList values) const {
  if (values.size() != 1) return any_of(writer, expression, column, std::move(values));
  writer.text(expression).text(" = ").bind_as(column, std::move(values.front()));
}

void Dialect::any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
                      const Column& column, TextList keys, DeletedRows deleted_rows) const {
  name_deleted(writer, table_alias, table, column, deleted_rows);
  any_of(writer, qualified(*this, table_alias, column.name), column, std::move(keys));
}

void Dialect::one_of_query(SqlWriter& writer, std::string_view expression,
                           const std::function<void()>& write_query) const {
  writer.text(expression).text(" IN (");
  write_query();
  writer.text(")");
}

bool Dialect::names_deleted(const Table& table, const Column& column) {
  const auto* deleted = table.column("deleted");
  return deleted != nullptr && deleted->type == ColumnType::boolean &&
         table.primary_key != std::vector{column.name};
}

void Dialect::name_deleted(SqlWriter& writer, std::string_view table_alias, const Table& table,
                           const Column& column, DeletedRows deleted_rows) const {
  if (!names_deleted(table, column)) return;
  writer.text(qualified(*this, table_alias, "deleted"));
  writer.text(deleted_rows == DeletedRows::included ? " IN (false, true) AND " : " = false AND ");
}

void Dialect::compare_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                              std::span<const std::string> /*document_path*/, Comparison comparison,
                              Instant instant) const {
  writer.text(qualified(*this, table_alias, column.name)).text(sign(comparison)).bind(instant);
}

std::string Dialect::value_of(std::string_view table_alias, const Column& column) const {
  return qualified(*this, table_alias, column.name);
}

Statement Dialect::delete_by_keys(const Table& table, const Column& column, TextList keys,
                                  DeletedRows deleted_rows) const {
  SqlWriter writer(*this);
  writer.text("DELETE FROM ").table(table).text(" WHERE ");
  any_key(writer, {}, table, column, std::move(keys), deleted_rows);
  return writer.take();
}

std::string Dialect::create_index(const Table& table, const std::vector<std::string>& columns,
                                  std::string_view value) const {
  SqlWriter writer(*this);
  std::string name = table.name;
  for (const auto& column : columns) name += "_" + column;
  writer.text("CREATE INDEX ").identifier(name).text(" ON ").table(table).text(" (");
  for (std::size_t at = 0; at < columns.size(); ++at) {
    writer.text(at == 0 ? "" : ", ");
    if (at + 1 == columns.size() && !value.empty()) {
      writer.text("(").text(value).text(")");
    } else {
      writer.identifier(columns[at]);
    }
  }
  return writer.text(")").take().sql;
}

}  // namespace winnow::database
