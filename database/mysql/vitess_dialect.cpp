#include "database/mysql/vitess_dialect.h"

#include <utility>

namespace winnow::database {

void VitessDialect::any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                           TextList values) const {
  if (values.empty()) {
    writer.text("FALSE");
    return;
  }
  const char* separator = " IN (";
  writer.text(expression);
  for (auto& value : values) {
    writer.text(std::exchange(separator, ", ")).bind_as(column, std::move(value));
  }
  writer.text(")");
}

void VitessDialect::any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
                            const Column& column, TextList keys, DeletedRows deleted_rows) const {
  name_deleted(writer, table_alias, table, column, deleted_rows);
  any_of(writer, qualified(*this, table_alias, column.name), column, std::move(keys));
}

// vtgate answers this by itself.
std::optional<Statement> VitessDialect::shards_of(const Table& table,
                                                  const TextList& values) const {
  if (!table.sharding) return std::nullopt;
  SqlWriter writer(*this);
  writer.text("SELECT id, shard FROM ").identifier(table.sharding->function).text(" WHERE id IN (");
  const char* separator = "";
  for (const auto& value : values) writer.text(std::exchange(separator, ", ")).bind(value);
  return writer.text(")").take();
}

Statement VitessDialect::delete_by_keys(const Table& table, const Column& column, TextList keys,
                                        DeletedRows deleted_rows) const {
  SqlWriter writer(*this);
  writer.text("DELETE ");
  if (const auto* index = mysql_index_by(table, column)) {
    const IndexChoice choice{.table_alias = "t", .index = index->name};
    writer.text(index_hint({&choice, 1}));
  }
  writer.text("FROM ").table(table).text(" AS t WHERE ");
  any_key(writer, "t", table, column, std::move(keys), deleted_rows);
  return writer.take();
}

}  // namespace winnow::database
