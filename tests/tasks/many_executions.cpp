#include "tests/tasks/many_executions.h"

#include <map>
#include <string>

#include "tests/support/require.h"

namespace winnow::tests {
namespace {

// How a server spells what the rows are made of; `n` is the row's number.
struct Spelling {
  std::string key;      // of row n: eight hexadecimal digits in no order
  std::string numbers;  // the text after WITH RECURSIVE: defines `numbers (n)`
  std::string yes, no;  // JSON's
  std::string start;    // JSON texts
  std::string end;
  std::string object;               // builds a JSON object of names and values
  std::string merge, with, merged;  // around and between two objects that become one
  std::string last;                 // renews the statistics
};

const std::string kNumbers =
    "numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < @LAST)";

const Spelling& spelling(std::string_view server) {
  static const std::map<std::string, Spelling, std::less<>> all = {
      {"postgresql",
       {.key = "lpad(to_hex(n * 2654435761 % 4294967296), 8, '0')",
        .numbers = "numbers (n) AS (SELECT * FROM generate_series(0::bigint, @LAST))",
        .yes = "true",
        .no = "false",
        .start = "to_char(timestamp '2025-01-01' + n * interval '240 s', "
                 "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
        .end = "to_char(timestamp '2025-01-01' + (n * 240 + n % 3600) * interval '1 s', "
               "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
        .object = "jsonb_build_object",
        .merge = "(",
        .with = " || ",
        .merged = ")",
        .last = "VACUUM ANALYZE "}},
      {"mysql",
       {.key = "lower(lpad(hex(n * 2654435761 % 4294967296), 8, '0'))",
        .numbers = kNumbers,
        .yes = "CAST('true' AS JSON)",
        .no = "CAST('false' AS JSON)",
        .start =
            "date_format(timestampadd(SECOND, n * 240, '2025-01-01'), '%Y-%m-%dT%H:%i:%s.%fZ')",
        .end = "date_format(timestampadd(SECOND, n * 240 + n % 3600, '2025-01-01'), "
               "'%Y-%m-%dT%H:%i:%s.%fZ')",
        .object = "json_object",
        .merge = "json_merge_patch(",
        .with = ", ",
        .merged = ")",
        .last = "ANALYZE TABLE "}},
      {"sqlite",
       {.key = "printf('%08x', n * 2654435761 % 4294967296)",
        .numbers = kNumbers,
        .yes = "json('true')",
        .no = "json('false')",
        .start =
            "strftime('%Y-%m-%dT%H:%M:%S', '2025-01-01', (n * 240) || ' seconds') || '.000000Z'",
        .end = "strftime('%Y-%m-%dT%H:%M:%S', '2025-01-01', (n * 240 + n % 3600) || ' seconds') || "
               "'.000000Z'",
        .object = "json_object",
        .merge = "json_patch(",
        .with = ", ",
        .merged = ")",
        .last = "ANALYZE "}}};
  return all.find(server)->second;
}

std::string replaced(std::string text, const std::string& name, const std::string& value) {
  for (auto at = text.find(name); at != std::string::npos;
       at = text.find(name, at + value.size())) {
    text.replace(at, name.size(), value);
  }
  return text;
}

void ask(database::Connection& connection, const std::string& sql) {
  require(
      connection.query({.sql = sql, .parameters = {}}, [](const database::Row&) { return true; }));
}

void insert(database::Connection& connection, const std::string& table, const std::string& document,
            std::int64_t count) {
  const auto& spelt = spelling(connection.dialect().name());
  const auto key = connection.dialect().quoted("key");
  auto sql = "INSERT INTO " + table + " (" + key + ", value) WITH RECURSIVE " + spelt.numbers +
             " SELECT KEY, " + document + " FROM numbers";
  for (const auto& [name, value] :
       std::map<std::string, std::string>{{"KEY", spelt.key},
                                          {"OBJECT", spelt.object},
                                          {"YES", spelt.yes},
                                          {"NO", spelt.no},
                                          {"START", spelt.start},
                                          {"END_DATE", spelt.end},
                                          {"@LAST", std::to_string(count - 1)}}) {
    sql = replaced(std::move(sql), name, value);
  }
  const bool on_mysql = connection.dialect().name() == "mysql";
  if (on_mysql) ask(connection, "SET SESSION cte_max_recursion_depth = 10000000");
  // VACUUM marks no page as all-visible while the WAL of the commit is not written yet.
  if (connection.dialect().name() == "postgresql") ask(connection, "SET synchronous_commit = on");
  require(connection.execute(std::vector<database::Statement>{{.sql = sql, .parameters = {}}},
                             database::AfterBatch::commit));
  ask(connection, spelt.last + table);
}

void drop_full_text(database::Connection& connection, const std::string& table) {
  const auto server = connection.dialect().name();
  // A worker of the server's own that looks at the table keeps VACUUM from its work.
  if (server == "postgresql")
    ask(connection, "ALTER TABLE " + table + " SET (autovacuum_enabled = false)");
  if (server == "postgresql") ask(connection, "ALTER TABLE " + table + " DROP COLUMN fulltext");
  if (server == "mysql") ask(connection, "ALTER TABLE " + table + " DROP INDEX ix_fulltext");
}

}  // namespace

void fill_executions(database::Connection& connection, std::int64_t count, int flows) {
  const auto flow = "n % " + std::to_string(flows);
  drop_full_text(connection, "executions");
  if (connection.dialect().name() == "postgresql") ask(connection, "DROP INDEX executions_labels");
  const auto& spelt = spelling(connection.dialect().name());
  const auto state =
      spelt.merge +
      "OBJECT('current', CASE WHEN n % 100 = 7 THEN 'RUNNING' WHEN n % 20 = 3 THEN 'FAILED' "
      "WHEN n % 1000 = 11 THEN 'KILLED' ELSE 'SUCCESS' END, "
      "'duration', n * 7919 % 60000 / 1000.0, 'startDate', START)" +
      spelt.with + "CASE WHEN n % 100 = 7 THEN OBJECT() ELSE OBJECT('endDate', END_DATE) END" +
      spelt.merged;
  insert(connection, "executions",
         "OBJECT('id', KEY, 'tenantId', CASE WHEN n % 50 = 49 THEN 'other' ELSE 'main' END, "
         "'namespace', CASE WHEN n % 1000 = 123 THEN 'company.rare' WHEN n % 5 = 0 THEN "
         "'company.team' "
         "WHEN n % 5 = 1 THEN 'company.team.sub' WHEN n % 5 = 2 THEN 'company.billing' "
         "WHEN n % 5 = 3 THEN 'company.data' ELSE 'company.data.ingest' END, "
         "'flowId', " +
             std::string(connection.dialect().name() == "mysql" ? "concat('flow', " + flow + ")"
                                                                : "'flow' || (" + flow + ")") +
             ", 'deleted', CASE WHEN n % 3 = 0 THEN YES ELSE NO END, 'state', " + state + ")",
         count);
}

void fill_logs(database::Connection& connection, std::int64_t count) {
  drop_full_text(connection, "logs");
  insert(
      connection, "logs",
      "OBJECT('tenantId', 'main', 'namespace', 'company.team', 'flowId', 'flow1', 'taskId', "
      "'task', "
      "'executionId', KEY, 'level', 'INFO', 'message', 'done', 'deleted', NO, 'timestamp', START)",
      count);
}

}  // namespace winnow::tests
