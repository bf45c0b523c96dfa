// What vtgate tells about the tables of its keyspace, and about how their rows are spread over the
// shards.
#pragma once

#include <span>
#include <string>

#include "database/connection.h"

namespace winnow::database {

// The catalog is one shard's: all shards have the same tables. Rows are estimated as if each shard
// had as many as that one. vtgate has no rights that an EXPLAIN would check: a table that its
// tablets' lists (table ACL) keep from this user is found out by the first statement.
Outcome<Schema> vitess_schema(Connection& connection, std::span<const std::string> tables);

// What one shard's catalog tells of its tables, as if each shard had as much.
Outcome<Health> of_all_shards(Connection& connection, Health of_one);

}  // namespace winnow::database
