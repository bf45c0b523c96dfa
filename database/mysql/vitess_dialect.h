// MySQL's spelling as vtgate, the front of a sharded Vitess, takes it: it plans each statement over
// its shards, and knows neither JSON_TABLE nor a list as a table. A list by the column that shards
// a table is sent to the shards that it leads to.
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
