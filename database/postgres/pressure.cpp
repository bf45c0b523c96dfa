#include "database/postgres/pressure.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace winnow::database {
namespace {

using Json = nlohmann::json;

// VACUUM and ANALYZE, autovacuum's too, hold SHARE UPDATE EXCLUSIVE on their table: pg_locks tells
// everybody, while pg_stat_progress_vacuum tells monitors alone.
constexpr std::string_view kPressure = R"sql(
SELECT json_build_object(
  'position', CASE WHEN pg_is_in_recovery() THEN NULL ELSE pg_current_wal_lsn() END,
  'wal', CASE WHEN pg_is_in_recovery() THEN NULL
              ELSE trunc(pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')) END,
  'waiters', (SELECT count(DISTINCT l.pid) FROM pg_catalog.pg_locks l
              WHERE NOT l.granted AND l.pid <> ALL (own.pids)
                AND pg_blocking_pids(l.pid) && own.pids),
  'vacuumed', coalesce((SELECT json_agg(DISTINCT c.relname)
    FROM unnest($1::text[], $2::text[]) AS wanted(schema, name)
    JOIN pg_catalog.pg_namespace n ON n.nspname = wanted.schema
    JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = wanted.name
    JOIN pg_catalog.pg_locks l ON l.relation = c.oid AND l.granted
      AND l.mode = 'ShareUpdateExclusiveLock'
    JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()),
    '[]'::json),
  'replicas', coalesce((SELECT json_agg(json_build_object(
      'name', coalesce(nullif(r.application_name, ''), host(r.client_addr), ''),
      'applied', (SELECT count(*) FROM unnest($3::text[]) AS p WHERE p::pg_lsn <= r.replay_lsn)))
    FROM pg_catalog.pg_stat_replication r WHERE r.replay_lsn IS NOT NULL), '[]'::json))::text
FROM (SELECT coalesce(array_agg(pid), '{}') AS pids FROM pg_catalog.pg_stat_activity
      WHERE usename = current_user AND application_name = 'winnow') AS own)sql";

constexpr std::string_view kApplied = R"sql(
SELECT count(*) FROM unnest($1::text[]) AS p
WHERE NOT pg_is_in_recovery() OR p::pg_lsn <= pg_last_wal_replay_lsn())sql";

}  // namespace

Statement postgres_pressure_statement(const PressureQuestion& question) {
  return {.sql = std::string(kPressure),
          .parameters = {question.schemas, question.tables, question.positions}};
}

Outcome<Pressure> postgres_pressure(std::string_view json) {
  Pressure pressure;
  try {
    const auto document = Json::parse(json);
    pressure.lock_waiters = document.at("waiters").get<std::int64_t>();
    pressure.vacuumed = document.at("vacuumed").get<std::vector<std::string>>();
    if (document.at("wal").is_number()) {
      pressure.wal_bytes = document.at("wal").get<std::int64_t>();
      pressure.position = document.at("position").get<std::string>();
    }
    for (const auto& replica : document.at("replicas")) {
      pressure.replicas.push_back({.name = replica.at("name").get<std::string>(),
                                   .applied = replica.at("applied").get<std::int64_t>()});
    }
  } catch (const Json::exception& error) {
    return fail(FailureKind::internal,
                std::string("PostgreSQL's figures can't be read: ") + error.what());
  }
  return pressure;
}

Statement postgres_applied_statement(TextList positions) {
  return {.sql = std::string(kApplied), .parameters = {std::move(positions)}};
}

}  // namespace winnow::database
