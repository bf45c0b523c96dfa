#include "database/mysql/vitess_dialect.h"

#include <utility>

namespace winnow::database {

// vtgate answers this by itself.
std::optional<Statement> VitessDialect::shards_of(const Table& table,
                                                  const TextList& values) const {
  if (!table.sharding) return std::nullopt;
  SqlWriter writer(*this);
  writer.text("SELECT id, shard FROM ").identifier(table.sharding->function).text(" WHERE ");
  any_of(writer, "id", document_string(), values);
  return writer.take();
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
