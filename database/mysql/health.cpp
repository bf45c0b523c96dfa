#include "database/mysql/health.h"

#include <string>

#include <nlohmann/json.hpp>

namespace winnow::database {
namespace {

using Json = nlohmann::json;

// INNODB_TABLESTATS would be exact, and is for administrators only.
constexpr std::string_view kHealth = R"sql(
SELECT JSON_OBJECT(
  'bytes', (SELECT SUM(DATA_LENGTH + INDEX_LENGTH) FROM information_schema.TABLES
            WHERE TABLE_SCHEMA = DATABASE()),
  'tables', (SELECT JSON_ARRAYAGG(JSON_OBJECT(
    'name', t.TABLE_NAME, 'rows', t.TABLE_ROWS, 'bytes', t.DATA_LENGTH,
    'index_bytes', t.INDEX_LENGTH, 'free', t.DATA_FREE))
    FROM information_schema.TABLES t
    WHERE t.TABLE_SCHEMA = DATABASE()
      AND t.TABLE_NAME IN ({names})))
FROM DUAL)sql";

constexpr std::string_view kExaminedNames =
    R"sql(SELECT wanted.name FROM JSON_TABLE(?, '$[*]' COLUMNS (
        name varchar(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin PATH '$')) AS wanted)sql";

constexpr std::int64_t kLongHistory = 1'000'000;
constexpr std::int64_t kMuchSpace = std::int64_t{100} * 1024 * 1024;  // bytes

std::optional<std::int64_t> number(const Json& object, const char* key) {
  const auto& value = object.at(key);
  if (!value.is_number()) return std::nullopt;
  return value.get<std::int64_t>();
}

std::string health_statement_of(std::string_view names) {
  return filled(std::string(kHealth), "{names}", names);
}

}  // namespace

Statement mysql_health_statement(const Schema& schema) {
  TextList names;
  for (const auto& [name, table] : schema.tables) names.push_back(name);
  return {.sql = health_statement_of(kExaminedNames), .parameters = {std::move(names)}};
}

Statement mysql_health_by_list(const Schema& schema, const Dialect& dialect) {
  Statement statement;
  std::string names;
  for (const auto& [name, table] : schema.tables) {
    statement.parameters.emplace_back(name);
    if (!names.empty()) names += ", ";
    names += dialect.placeholder(statement.parameters.size(), statement.parameters.back());
  }
  statement.sql = health_statement_of(names.empty() ? "NULL" : names);
  return statement;
}

Outcome<Health> mysql_health(std::string_view json) {
  Health health;
  try {
    const auto document = Json::parse(json);
    health.numbers.emplace_back("bytes", number(document, "bytes").value_or(0));
    const auto& tables = document.at("tables");
    if (!tables.is_array()) return health;
    for (const auto& found : tables) {
      const TableHealth table{.rows = number(found, "rows"),
                              .bytes = number(found, "bytes"),
                              .index_bytes = number(found, "index_bytes"),
                              .free_bytes = number(found, "free")};
      const auto name = found.at("name").get<std::string>();
      const auto free = table.free_bytes.value_or(0);
      if (free > kMuchSpace && free > table.bytes.value_or(0)) {
        health.findings.push_back(
            {.table = name,
             .problem = "more than half of its file is free: " + std::to_string(free) + " bytes",
             .remedy = "OPTIMIZE TABLE " + name +
                       " gives them back, and rebuilds the table beside itself; new rows use "
                       "them otherwise"});
      }
      health.tables.emplace(name, table);
    }
  } catch (const Json::exception& error) {
    return fail(FailureKind::internal,
                std::string("MySQL's statistics can't be read: ") + error.what());
  }
  return health;
}

Statement mysql_history_statement() {
  return plain(
      "SELECT `COUNT` FROM information_schema.INNODB_METRICS WHERE NAME = 'trx_rseg_history_len'");
}

void add_history(std::int64_t length, Health& health) {
  health.numbers.emplace_back("historyListLength", length);
  if (length <= kLongHistory) return;
  health.findings.push_back(
      {.table = {},
       .problem = "InnoDB has " + std::to_string(length) + " changes to clear away",
       .remedy = "an open transaction holds them (information_schema.INNODB_TRX, the oldest "
                 "trx_started): end it; a purge that has just ended leaves some for a minute"});
}

}  // namespace winnow::database
