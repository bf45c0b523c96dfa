#include "tests/support/partitioned_logs.h"

#include <array>
#include <stdexcept>
#include <vector>

#include "tests/support/require.h"

namespace winnow::tests {
namespace {

void run(database::Connection& connection, const std::string& sql) {
  require(connection.query({.sql = sql, .parameters = {}}, [](const auto&) { return true; }));
}

// With the indexes of the table that it replaces.
void partition_on_postgres(database::Connection& connection) {
  std::vector<std::string> indexes;
  require(connection.query(
      {.sql =
           "SELECT indexdef FROM pg_indexes WHERE tablename = 'logs' AND indexname <> 'logs_pkey'",
       .parameters = {}},
      [&indexes](const auto& row) {
        indexes.emplace_back(row.text(0).value());
        return true;
      }));
  run(connection, "ALTER TABLE logs RENAME TO whole_logs");
  run(connection,
      "CREATE TABLE logs (LIKE whole_logs INCLUDING GENERATED, "
      "written date NOT NULL DEFAULT '2026-01-01') PARTITION BY RANGE (written)");
  run(connection, "DROP TABLE whole_logs");
  run(connection, "ALTER TABLE logs ADD PRIMARY KEY (key, written)");
  run(connection,
      "CREATE TABLE logs_old PARTITION OF logs FOR VALUES FROM (MINVALUE) TO ('2026-01-01')");
  run(connection, "CREATE TABLE logs_new PARTITION OF logs DEFAULT");
  for (const auto& index : indexes) run(connection, index);
}

// No partitioned table has full-text indexes there.
void partition_on_mysql(database::Connection& connection) {
  run(connection,
      "ALTER TABLE logs DROP INDEX ix_fulltext, DROP PRIMARY KEY, ADD PRIMARY KEY (`key`, "
      "timestamp) "
      "PARTITION BY RANGE COLUMNS (timestamp) (PARTITION old VALUES LESS THAN ('2026-01-01'), "
      "PARTITION new VALUES LESS THAN (MAXVALUE))");
}

}  // namespace

void partition_logs(database::Connection& connection) {
  if (connection.dialect().name() == "postgresql") return partition_on_postgres(connection);
  if (connection.dialect().name() == "mysql") return partition_on_mysql(connection);
  throw std::runtime_error("no partitions on " + std::string(connection.dialect().name()));
}

}  // namespace winnow::tests
