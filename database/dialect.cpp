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

}  // namespace winnow::database
