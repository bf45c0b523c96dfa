// MySQL's SQL as vtgate, the proxy of a sharded Vitess, accepts it: vtgate plans each statement
// over its shards, and has neither JSON_TABLE nor a list as a table. It sends a list for the column
// that shards a table only to the shards concerned.
#pragma once

#include "database/mysql/dialect.h"

namespace winnow::database {

class VitessDialect final : public MysqlDialect {
 public:
  bool merges_shards() const override { return true; }
  std::optional<Statement> shards_of(const Table& table, const TextList& values) const override;
  Statement delete_by_keys(const Table& table, const Column& column, TextList keys,
                           DeletedRows deleted_rows) const override;
  std::optional<Statement> delete_by_pairs(const Table& /*table*/, const Column& /*first*/,
                                           const TextList& /*values*/, const Column& /*column*/,
                                           const TextList& /*keys*/) const override {
    return std::nullopt;
  }

 protected:
  bool lists_are_tables() const override { return false; }
};

}  // namespace winnow::database
