#include "database/mysql/probe.h"

#include <algorithm>
#include <array>
#include <vector>

#include <nlohmann/json.hpp>

#include "database/mysql/errors.h"
#include "document/object.h"
#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

using Json = nlohmann::json;

// JSON_ARRAYAGG has no order of its own: positions come along.
constexpr std::string_view kProbe = R"sql(
SELECT JSON_OBJECT(
  'server', VERSION(),
  'tables', (SELECT JSON_ARRAYAGG(JSON_OBJECT(
    'name', t.TABLE_NAME,
    'schema', t.TABLE_SCHEMA,
    'type', t.TABLE_TYPE,
    'rows', t.TABLE_ROWS,
    'engine', t.ENGINE,{along}
    'columns', (SELECT JSON_ARRAYAGG(JSON_OBJECT(
        'name', c.COLUMN_NAME,
        'position', c.ORDINAL_POSITION,
        'kind', c.DATA_TYPE,
        'type', c.COLUMN_TYPE,
        'nullable', c.IS_NULLABLE = 'YES',
        'collation', c.COLLATION_NAME,
        'rights', c.PRIVILEGES))
      FROM information_schema.COLUMNS c
      WHERE c.TABLE_SCHEMA = t.TABLE_SCHEMA AND c.TABLE_NAME = t.TABLE_NAME),
    'parts', (SELECT JSON_ARRAYAGG(JSON_OBJECT(
        'index', s.INDEX_NAME,
        'position', s.SEQ_IN_INDEX,
        'column', IF(s.SUB_PART IS NULL, s.COLUMN_NAME, NULL),
        'unique', s.NON_UNIQUE = 0,
        'ordered', s.INDEX_TYPE = 'BTREE'))
      FROM information_schema.STATISTICS s
      WHERE s.TABLE_SCHEMA = t.TABLE_SCHEMA AND s.TABLE_NAME = t.TABLE_NAME AND s.IS_VISIBLE = 'YES')))
    FROM information_schema.TABLES t
    WHERE t.TABLE_SCHEMA = DATABASE()
      AND t.TABLE_NAME IN ({names}))))sql";

// Of the same, what only a deletion has to know: foreign keys by which rows of others go along.
constexpr std::string_view kAlong = R"sql(
    'takes_along', (SELECT JSON_ARRAYAGG(r.TABLE_NAME)
      FROM information_schema.REFERENTIAL_CONSTRAINTS r
      WHERE r.CONSTRAINT_SCHEMA = t.TABLE_SCHEMA AND r.UNIQUE_CONSTRAINT_SCHEMA = t.TABLE_SCHEMA
        AND r.REFERENCED_TABLE_NAME = t.TABLE_NAME AND r.DELETE_RULE = 'CASCADE'),)sql";

// The names travel as digits, which have no character that any sql_mode takes for another: the
// probe is the first statement of its session, by the text protocol.
constexpr std::string_view kProbedNames =
    R"sql(SELECT wanted.name FROM JSON_TABLE(_utf8mb4 X'{tables}', '$[*]' COLUMNS (
        name varchar(64) CHARACTER SET utf8mb3 COLLATE utf8mb3_bin PATH '$')) AS wanted)sql";

std::string digits(std::string_view text) {
  return document::hexadecimal(text, document::kUpperHexDigits);
}

std::string list_of(std::span<const std::string> tables) {
  std::string names;
  for (const auto& table : tables) {
    names += (names.empty() ? "_utf8mb4 X'" : ", _utf8mb4 X'") + digits(table) + "'";
  }
  return names;
}

enum class Facts { of_reading, of_deletion };

Statement probe_of(const std::string& names, Facts facts) {
  auto sql = filled(std::string(kProbe), "{along}", facts == Facts::of_deletion ? kAlong : "");
  return plain(filled(std::move(sql), "{names}", names));
}

ColumnType type_of(const std::string& kind, const std::string& type) {
  if (type == "tinyint(1)") return ColumnType::boolean;
  if (kind == "varchar" || kind == "char" || kind.ends_with("text")) return ColumnType::text;
  if (kind.ends_with("int")) return ColumnType::integer;
  if (kind == "double" || kind == "float" || kind == "decimal") return ColumnType::number;
  if (kind == "enum") return ColumnType::enumeration;
  // Both hold UTC: Kestra writes its documents' text, and winnow's session is in UTC.
  if (kind == "datetime" || kind == "timestamp") return ColumnType::instant;
  if (kind == "json") return ColumnType::document;
  return ColumnType::other;
}

// enum('CREATED','IT''S')
std::vector<std::string> labels_of(std::string_view type) {
  std::vector<std::string> labels;
  bool inside = false;
  for (std::size_t at = 0; at < type.size(); ++at) {
    if (type[at] != '\'') {
      if (inside) labels.back() += type[at];
    } else if (inside && type.substr(at + 1, 1) == "'") {
      labels.back() += type[++at];
    } else {
      inside = !inside;
      if (inside) labels.emplace_back();
    }
  }
  return labels;
}

std::vector<Json> ordered(const Json& found) {
  if (!found.is_array()) return {};
  auto list = found.get<std::vector<Json>>();
  std::sort(list.begin(), list.end(), [](const Json& left, const Json& right) {
    return left.at("position").get<int>() < right.at("position").get<int>();
  });
  return list;
}

std::string text_or_empty(const Json& found, const char* name) {
  const auto& value = found.at(name);
  return value.is_string() ? value.get<std::string>() : std::string();
}

// A condition comes as a number.
bool is_true(const Json& found, const char* name) {
  const auto& value = found.at(name);
  return value.is_boolean() ? value.get<bool>() : value.is_number() && value.get<int>() != 0;
}

Column read_column(const Json& found) {
  Column column;
  column.name = found.at("name").get<std::string>();
  column.type_name = found.at("type").get<std::string>();
  column.type = type_of(found.at("kind").get<std::string>(), column.type_name);
  column.nullable = is_true(found, "nullable");
  column.collation = text_or_empty(found, "collation");
  if (column.type == ColumnType::enumeration) column.labels = labels_of(column.type_name);
  return column;
}

void add_part(Table& table, const Json& found) {
  const auto name = found.at("index").get<std::string>();
  auto index = std::ranges::find(table.indexes, name, &Index::name);
  if (index == table.indexes.end()) {
    index = table.indexes.insert(index, Index{.name = name,
                                              .columns = {},
                                              .unique = is_true(found, "unique"),
                                              .ordered = is_true(found, "ordered")});
  }
  // An expression, or the beginning of a text only, has no column.
  index->columns.push_back(text_or_empty(found, "column"));
  if (name == "PRIMARY") table.primary_key = index->columns;
}

// MySQL's own engines without transactions.
bool has_transactions(std::string_view engine) {
  constexpr std::array kWithout = {"MyISAM",  "MRG_MYISAM", "MRG_MyISAM", "MEMORY", "CSV",
                                   "ARCHIVE", "FEDERATED",  "BLACKHOLE",  "EXAMPLE"};
  return std::ranges::find(kWithout, engine) == kWithout.end();
}

Table read_table(const Json& found) {
  Table table;
  table.name = found.at("name").get<std::string>();
  table.schema = found.at("schema").get<std::string>();
  if (!document::is_text(found.at("type"), "BASE TABLE")) table.instead_of_table = "view";
  table.can_delete = false;
  if (const auto along = found.find("takes_along"); along != found.end() && along->is_array()) {
    table.takes_along = along->get<std::vector<std::string>>();
  }
  if (auto engine = text_or_empty(found, "engine"); !has_transactions(engine)) {
    table.engine_without_transactions = std::move(engine);
  }
  if (found.at("rows").is_number()) table.estimated_rows = found.at("rows").get<std::int64_t>();
  for (const auto& column : ordered(found.at("columns"))) {
    table.columns.push_back(read_column(column));
    if (text_or_empty(column, "rights").find("select") == std::string::npos) {
      table.can_select = false;
    }
  }
  for (const auto& part : ordered(found.at("parts"))) add_part(table, part);
  // The beginnings of texts (`key`(191), where an index could be no longer) are not the columns.
  const auto& key = table.primary_key;
  if (std::ranges::find(key, std::string()) != key.end()) table.primary_key.clear();
  std::ranges::stable_sort(table.indexes, [](const Index& left, const Index& right) {
    const bool primary = left.name == "PRIMARY";
    if (primary != (right.name == "PRIMARY")) return primary;
    return left.name < right.name;
  });
  return table;
}

Statement deletion_of(const Dialect& dialect, std::span<const Table* const> tables) {
  SqlWriter writer(dialect);
  const char* separator = "EXPLAIN FORMAT=TRADITIONAL DELETE ";
  for (const auto* table : tables) {
    writer.text(separator).table(*table);
    separator = ", ";
  }
  separator = " FROM ";
  for (const auto* table : tables) {
    writer.text(separator).table(*table);
    separator = " JOIN ";
  }
  return writer.text(" WHERE FALSE").take();
}

}  // namespace

Statement mysql_probe_statement(std::span<const std::string> tables) {
  const auto names = Json(std::vector<std::string>(tables.begin(), tables.end())).dump();
  return probe_of(filled(std::string(kProbedNames), "{tables}", digits(names)), Facts::of_deletion);
}

Statement mysql_probe_by_list(std::span<const std::string> tables) {
  return probe_of(list_of(tables), Facts::of_deletion);
}

Statement mysql_reading_statement(std::span<const std::string> tables) {
  return probe_of(list_of(tables), Facts::of_reading);
}

Statement mysql_probe_with_rights(std::span<const std::string> tables,
                                  std::span<const std::string> expected, const Dialect& dialect) {
  auto probe = mysql_probe_statement(tables);
  if (expected.empty()) return probe;
  std::vector<Table> named(expected.size());
  std::vector<const Table*> all;
  for (std::size_t at = 0; at < expected.size(); ++at) {
    named[at].name = expected[at];
    all.push_back(&named[at]);
  }
  probe.sql += "; " + deletion_of(dialect, all).sql;
  return probe;
}

std::vector<std::string> mysql_base_tables(const Schema& schema) {
  std::vector<std::string> names;
  for (const auto& [name, table] : schema.tables) {
    if (table.instead_of_table.empty()) names.push_back(name);
  }
  return names;
}

// Members of a replication group and nodes of a Galera cluster each have a server_uuid of their
// own.
Statement mysql_identity_statement() {
  return plain(R"sql(
SELECT DATABASE(), COALESCE(
  (SELECT NULLIF(VARIABLE_VALUE, '') FROM performance_schema.global_variables
   WHERE VARIABLE_NAME = 'group_replication_group_name'),
  (SELECT NULLIF(VARIABLE_VALUE, '') FROM performance_schema.global_status
   WHERE VARIABLE_NAME = 'wsrep_cluster_state_uuid'),
  @@server_uuid))sql");
}

Statement mysql_standing() {
  return plain(R"sql(
SELECT CONCAT_WS(' ',
  IF(@@GLOBAL.read_only OR @@GLOBAL.super_read_only OR @@GLOBAL.innodb_read_only, 'read-only', 'writable'),
  @@server_uuid, DATABASE()))sql");
}

Outcome<Schema> mysql_schema(std::string_view json) {
  Schema schema;
  if (json.empty()) {
    return fail(FailureKind::configuration,
                "MySQL's catalog answered nothing, as it does where the answer is larger than the "
                "server's `max_allowed_packet`: set that to 1 MiB or more");
  }
  try {
    const auto document = Json::parse(json);
    schema.server = "MySQL " + document.at("server").get<std::string>();
    const auto& tables = document.at("tables");
    if (!tables.is_array()) return schema;
    for (const auto& found : tables) {
      auto table = read_table(found);
      auto name = table.name;
      schema.tables.emplace(std::move(name), std::move(table));
    }
    for (auto& [name, table] : schema.tables) {
      std::erase_if(table.takes_along,
                    [&](const auto& along) { return schema.table(along) == nullptr; });
    }
  } catch (const Json::exception& error) {
    return fail(FailureKind::internal,
                std::string("MySQL's catalog answered what can't be read: ") + error.what());
  }
  return schema;
}

Outcome<Schema> mysql_with_rights(Schema schema, const Dialect& dialect, bool everywhere_already,
                                  const MayDelete& may_delete) {
  std::vector<Table*> tables;
  for (auto& [name, table] : schema.tables) {
    // A view of what is missing could not be explained.
    if (table.instead_of_table.empty()) tables.push_back(&table);
  }
  if (tables.empty()) return schema;
  const std::vector<const Table*> all(tables.begin(), tables.end());
  const auto everywhere =
      everywhere_already ? Outcome<bool>(true) : may_delete(deletion_of(dialect, all));
  if (!everywhere && is_mysql_statement_log(everywhere.error())) {
    // It refuses before it looks at rights, whoever asks.
    schema.deletion_refused = Problem{
        .what =
            "the server logs statements (binlog_format = STATEMENT), which allows no deletion "
            "at READ COMMITTED",
        .remedy =
            "set binlog_format to ROW or MIXED, for the server or for this account's "
            "sessions (init_connect)"};
    for (auto* table : tables) table->can_delete = true;
    return schema;
  }
  // The same: what reads works there, and the first deletion says it.
  if (!everywhere && is_mysql_read_only(everywhere.error())) {
    for (auto* table : tables) table->can_delete = true;
    return schema;
  }
  if (!everywhere) return fail(everywhere.error());
  for (auto* table : tables) {
    const Table* one = table;
    WINNOW_TRY(const auto here,
               *everywhere ? everywhere : may_delete(deletion_of(dialect, {&one, 1})));
    table->can_delete = here;
  }
  return schema;
}

}  // namespace winnow::database
