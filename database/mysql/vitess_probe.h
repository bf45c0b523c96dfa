// Reads from vtgate the tables of its keyspace, and how their rows are spread over the shards.
#pragma once

#include <span>
#include <string>

#include "database/connection.h"

namespace winnow::database {

// The catalog is one shard's: all shards have the same tables. Rows are estimated as if each shard
// had as many as that one. vtgate has no rights that an EXPLAIN would check: if its tablets' lists
// (table ACL) deny this user a table, only the first statement shows it.
Outcome<Schema> vitess_schema(Connection& connection, std::span<const std::string> tables);

// One shard's figures, as if each shard had as much.
Outcome<Health> of_all_shards(Connection& connection, Health of_one);

}  // namespace winnow::database
