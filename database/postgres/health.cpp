#include "database/postgres/health.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace winnow::database {
namespace {

using Json = nlohmann::json;

// $1 and $2 hold the tables' schemas and names. Of other users' sessions a plain user sees no
// times: then `oldest` is null. The rows of a partitioned table lie in its partitions; of their
// dates the earliest counts.
constexpr std::string_view kHealth = R"sql(
SELECT json_build_object(
  'bytes', pg_database_size(current_database()),
  'oldest', (SELECT floor(extract(epoch FROM max(clock_timestamp() - xact_start)))
             FROM pg_catalog.pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()),
  'tables', coalesce((SELECT json_agg(json_build_object(
    'name', wanted.name,
    'rows', part.rows,
    'dead', part.dead,
    'live', part.live,
    'bytes', part.bytes,
    'index_bytes', part.index_bytes,
    'vacuum', to_char(part.vacuum AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'analyze', to_char(part.analyze AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) ORDER BY wanted.name)
    FROM unnest($1::text[], $2::text[]) AS wanted(schema, name)
    JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
    CROSS JOIN LATERAL (
      SELECT sum(p.reltuples) FILTER (WHERE p.reltuples >= 0)::bigint AS rows,
        sum(s.n_dead_tup)::bigint AS dead,
        sum(s.n_live_tup)::bigint AS live,
        sum(pg_table_size(p.oid))::bigint AS bytes,
        sum(pg_indexes_size(p.oid))::bigint AS index_bytes,
        min(greatest(s.last_vacuum, s.last_autovacuum)) AS vacuum,
        min(greatest(s.last_analyze, s.last_autoanalyze)) AS analyze
      FROM pg_catalog.pg_class p
      LEFT JOIN pg_catalog.pg_stat_all_tables s ON s.relid = p.oid
      WHERE p.oid = CASE WHEN c.relkind <> 'p' THEN c.oid END
         OR c.relkind = 'p' AND p.oid IN (SELECT t.relid FROM pg_partition_tree(c.oid) t WHERE t.isleaf)) AS part),
    '[]'::json))::text)sql";

// What autovacuum would have come for by its own rule (a fifth of the rows, and some).
constexpr double kDeadShare = 0.2;
constexpr std::int64_t kFewRows = 1'000;
constexpr std::int64_t kLongTransaction = 3'600;  // seconds

template <class Value>
std::optional<Value> optional(const Json& object, const char* key) {
  const auto& value = object.at(key);
  if (value.is_null()) return std::nullopt;
  return value.get<Value>();
}

std::string since(const std::optional<std::string>& time) {
  return time ? " (last " + *time + ")" : " (never so far)";
}

void add_findings(const std::string& name, const TableHealth& table, std::int64_t live,
                  Health& health) {
  const auto dead = table.dead_rows.value_or(0);
  if (dead > kFewRows && static_cast<double>(dead) > kDeadShare * static_cast<double>(live)) {
    health.findings.push_back(
        {.table = name,
         .problem = std::to_string(dead) + " dead rows to " + std::to_string(live) + " live ones",
         .remedy =
             "VACUUM (ANALYZE) " + name + since(table.last_vacuum) +
             "; should it free nothing, an open transaction or a replication slot holds them"});
  }
  if (!table.last_analyze && live > kFewRows) {
    health.findings.push_back({.table = name,
                               .problem = "the planner has no statistics of it",
                               .remedy = "ANALYZE " + name});
  }
}

}  // namespace

Statement postgres_health_statement(const Schema& schema) {
  TextList schemas;
  TextList names;
  for (const auto& [name, table] : schema.tables) {
    schemas.push_back(table.schema);
    names.push_back(name);
  }
  return {.sql = std::string(kHealth), .parameters = {std::move(schemas), std::move(names)}};
}

Outcome<Health> postgres_health(std::string_view json) {
  Health health;
  try {
    const auto document = Json::parse(json);
    health.numbers.emplace_back("bytes", document.at("bytes").get<std::int64_t>());
    if (const auto found = optional<std::int64_t>(document, "oldest")) {
      // One that began after our own clock was read is as old as none.
      const auto oldest = std::max(*found, std::int64_t{0});
      health.numbers.emplace_back("oldestTransactionSeconds", oldest);
      if (oldest > kLongTransaction) {
        health.findings.push_back(
            {.table = {},
             .problem = "a transaction has been open for " + std::to_string(oldest) + " s",
             .remedy = "find it in pg_stat_activity (xact_start) and end it: no row that was "
                       "deleted since it began can be freed"});
      }
    }
    for (const auto& found : document.at("tables")) {
      TableHealth table{.rows = optional<std::int64_t>(found, "rows"),
                        .dead_rows = optional<std::int64_t>(found, "dead"),
                        .bytes = optional<std::int64_t>(found, "bytes"),
                        .index_bytes = optional<std::int64_t>(found, "index_bytes"),
                        .last_vacuum = optional<std::string>(found, "vacuum"),
                        .last_analyze = optional<std::string>(found, "analyze")};
      const auto name = found.at("name").get<std::string>();
      add_findings(name, table, optional<std::int64_t>(found, "live").value_or(0), health);
      health.tables.emplace(name, std::move(table));
    }
  } catch (const Json::exception& error) {
    return fail(FailureKind::internal,
                std::string("PostgreSQL's statistics can't be read: ") + error.what());
  }
  return health;
}

}  // namespace winnow::database
