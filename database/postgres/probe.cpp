#include "database/postgres/probe.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <utility>

#include <nlohmann/json.hpp>

#include "database/reading.h"
#include "document/object.h"

namespace winnow::database {
namespace {

using Json = nlohmann::json;

// $1 names the tables. Where several schemas of the search path hold a table, the first counts, as
// it does for an unqualified name. Enumerations are named with their schema, so that a cast never
// depends on the search path. A view, a sequence or an index that bears the name is found too: it
// hides a table of a later schema. row_security_active() says yes where row_security = off makes an
// error of the statement.
//
// A new session has nothing of the catalog at hand when it plans this: each catalog that is joined
// costs more than the rows that it finds. So what can be put together here is not by the server.
constexpr std::string_view kProbe = R"sql(
SELECT json_build_object(
  'server', current_setting('server_version'),
  'role', current_user,{of_session}
  'tables', (SELECT json_agg(json_build_object(
    'name', f.relname,
    'schema', n.nspname,
    'kind', f.relkind,
    'filtered', row_security_active(f.oid),
    'can_select', has_table_privilege(f.oid, 'SELECT'),{of_table}
    'columns', (SELECT json_agg(json_build_object(
        'number', a.attnum,
        'name', a.attname,
        'type', format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END, NULL),
        'kind', t.typtype,
        {of_column},
        'enum_type', CASE WHEN t.typtype = 'e' THEN format('%s.%I', t.typnamespace::regnamespace, t.typname) END,
        'nullable', NOT a.attnotnull,
        'generated', CASE WHEN a.attgenerated = 's' AND t.typcategory = 'N' THEN (
            SELECT pg_get_expr(d.adbin, d.adrelid) FROM pg_catalog.pg_attrdef d
            WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END,
        'labels', (SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder)
                   FROM pg_catalog.pg_enum e WHERE e.enumtypid = t.oid)) ORDER BY a.attnum)
      FROM pg_catalog.pg_attribute a
      JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = f.oid AND NOT a.attisdropped),
    'indexes', (SELECT json_agg(json_build_object(
        'name', ic.relname,
        'primary', i.indisprimary,
        'unique', i.indisunique,
        'partial', i.indpred IS NOT NULL,
        'method', ic.relam,
        'key_columns', i.indnkeyatts,
        'columns', i.indkey) ORDER BY i.indisprimary DESC, ic.relname)
      FROM pg_catalog.pg_index i
      JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
      WHERE i.indrelid = f.oid AND i.indisvalid))
      ORDER BY array_position(current_schemas(false), n.nspname), f.relname)
    FROM pg_catalog.pg_class f
    JOIN pg_catalog.pg_namespace n ON n.oid = f.relnamespace
    WHERE f.relname = ANY($1::text[]) AND n.nspname = ANY(current_schemas(false))))::text)sql";

// What only a deletion has to know: rights to more than to read, triggers and rules that keep rows
// or write them again, foreign keys by which others go along, and whether a table is small enough
// to be read at once. The rest is for tables that Kestra does not make, and a listing asks for it
// where it meets one: those that are split, and orders of letters.
constexpr std::string_view kOfSession = R"sql(
  'passes_over_triggers', current_setting('session_replication_role') = 'replica',)sql";
constexpr std::string_view kOfTable = R"sql(
    'can_delete', f.relkind IN ('r', 'p') AND has_table_privilege(f.oid, 'DELETE'),
    'can_lock', has_any_column_privilege(f.oid, 'UPDATE'),
    'may_keep_rows', EXISTS (
        SELECT FROM (SELECT f.oid AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(f.oid)) own
        WHERE EXISTS (SELECT FROM pg_catalog.pg_trigger t  -- BEFORE DELETE FOR EACH ROW
                      WHERE t.tgrelid = own.relid AND NOT t.tgisinternal AND t.tgenabled <> 'D'
                        AND t.tgtype & 11 = 11)
           OR EXISTS (SELECT FROM pg_catalog.pg_rewrite r
                      WHERE r.ev_class = own.relid AND r.ev_type = '4' AND r.ev_enabled <> 'D')),
    'acts_on_deletions', EXISTS (
        SELECT FROM (SELECT f.oid AS relid UNION SELECT relid FROM pg_catalog.pg_partition_tree(f.oid)) own
        JOIN pg_catalog.pg_trigger t ON t.tgrelid = own.relid
        WHERE NOT t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & 8 = 8),  -- DELETE
    'takes_along', (
        SELECT json_agg(DISTINCT along.relname) FROM pg_catalog.pg_trigger t
        JOIN pg_catalog.pg_class along ON along.oid = t.tgconstrrelid
        WHERE t.tgrelid = f.oid AND t.tgisinternal
          AND along.relname = ANY($1::text[]) AND along.relnamespace = f.relnamespace
          AND t.tgfoid = 'pg_catalog."RI_FKey_cascade_del"'::regproc),
    'rows', CASE WHEN f.relkind <> 'p' THEN f.reltuples::float8
            ELSE (SELECT sum(greatest(part.reltuples, 0))::float8
                  FROM pg_catalog.pg_partition_tree(f.oid) tree
                  JOIN pg_catalog.pg_class part ON part.oid = tree.relid
                  WHERE tree.isleaf) END,
    'pages', f.relpages,
    'fits_buffers', coalesce(CASE WHEN f.relkind <> 'p' THEN f.relpages
            ELSE (SELECT sum(part.relpages)
                  FROM pg_catalog.pg_partition_tree(f.oid) tree
                  JOIN pg_catalog.pg_class part ON part.oid = tree.relid
                  WHERE tree.isleaf) END, 0) * current_setting('block_size')::bigint
            <= pg_size_bytes(current_setting('shared_buffers')),
    'partitions', (SELECT json_agg(json_build_object('name', part.relname, 'rows', part.reltuples::float8))
        FROM (SELECT relid FROM pg_catalog.pg_partition_tree(f.oid) WHERE f.relkind = 'p' AND isleaf
              UNION ALL  -- by INHERITS
              SELECT inhrelid FROM pg_catalog.pg_inherits WHERE f.relhassubclass AND f.relkind = 'r' AND inhparent = f.oid) tree
        JOIN pg_catalog.pg_class part ON part.oid = tree.relid),)sql";
constexpr std::string_view kOfColumn =
    R"sql('collation', CASE WHEN a.attcollation NOT IN (0, 100) THEN (
            SELECT co.collname FROM pg_catalog.pg_collation co
            WHERE co.oid = a.attcollation AND NOT co.collisdeterministic) END)sql";

// Of the same for a listing.
constexpr std::string_view kOfListedTable = R"sql(
    'rows', f.reltuples,
    'is_split', f.relhassubclass,)sql";
constexpr std::string_view kOfListedColumn = "'collation_number', a.attcollation";

// Finds what the server would take instead of its own in a statement of winnow's, because it fits a
// varchar column or a list more closely, or because its schema stands before pg_catalog. Everybody
// who may create in a schema of the search path can write it. The statement names the server's own
// operators, so that no other stands in for them.
constexpr std::string_view kStrangers = R"sql(
WITH reached AS (
  SELECT n.oid, n.nspname, listed.position
  FROM pg_catalog.unnest(pg_catalog.current_schemas(false)) WITH ORDINALITY AS listed(name, position)
  JOIN pg_catalog.pg_namespace n ON n.nspname OPERATOR(pg_catalog.=) listed.name),
strangers AS (
  SELECT 'operator ' OPERATOR(pg_catalog.||) o.oid::pg_catalog.regoperator::pg_catalog.text AS name, r.nspname
  FROM reached r
  JOIN pg_catalog.pg_operator o ON o.oprnamespace OPERATOR(pg_catalog.=) r.oid
  JOIN pg_catalog.pg_type l ON l.oid OPERATOR(pg_catalog.=) o.oprleft
  JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) o.oprright
  WHERE r.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'
    AND o.oprname OPERATOR(pg_catalog.=) ANY ('{=,<>,<,<=,>,>=,~~,~,^@,@>,||}'::pg_catalog.name[])
    AND l.typcategory OPERATOR(pg_catalog.=) t.typcategory AND l.typcategory OPERATOR(pg_catalog.<>) 'A'
    AND (l.typtype OPERATOR(pg_catalog.=) 'e' OR l.typnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid)
    AND (t.typtype OPERATOR(pg_catalog.=) 'e' OR t.typnamespace OPERATOR(pg_catalog.=) 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid)
  UNION ALL
  SELECT 'function ' OPERATOR(pg_catalog.||) p.oid::pg_catalog.regprocedure::pg_catalog.text, r.nspname
  FROM reached r
  JOIN pg_catalog.pg_proc p ON p.pronamespace OPERATOR(pg_catalog.=) r.oid
  WHERE r.nspname OPERATOR(pg_catalog.<>) 'pg_catalog'
    AND p.proname OPERATOR(pg_catalog.=) ANY ('{unnest,count,sum,min,max,substr,replace,jsonb_build_array,jsonb_build_object,
        json_build_object,json_agg,array_agg}'::pg_catalog.name[])
    AND p.proargtypes[0] OPERATOR(pg_catalog.=) ANY ('{text,varchar,timestamp,timestamptz,bool,jsonb,text[],varchar[]}'::pg_catalog.regtype[]::pg_catalog.oid[])
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d  -- an extension's
                    WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass::pg_catalog.oid
                      AND d.objid OPERATOR(pg_catalog.=) p.oid AND d.deptype OPERATOR(pg_catalog.=) 'e')
  UNION ALL
  SELECT hidden.name, 'pg_catalog'
  FROM reached r, LATERAL (
    SELECT 'operator ' OPERATOR(pg_catalog.||) oid::pg_catalog.regoperator::pg_catalog.text AS name FROM pg_catalog.pg_operator
    WHERE oprnamespace OPERATOR(pg_catalog.=) r.oid AND NOT pg_catalog.pg_operator_is_visible(oid)
    UNION ALL
    SELECT 'function ' OPERATOR(pg_catalog.||) oid::pg_catalog.regprocedure::pg_catalog.text FROM pg_catalog.pg_proc
    WHERE pronamespace OPERATOR(pg_catalog.=) r.oid AND NOT pg_catalog.pg_function_is_visible(oid)
    UNION ALL
    SELECT 'type ' OPERATOR(pg_catalog.||) typname::pg_catalog.text FROM pg_catalog.pg_type
    WHERE typnamespace OPERATOR(pg_catalog.=) r.oid AND NOT pg_catalog.pg_type_is_visible(oid) AND typrelid OPERATOR(pg_catalog.=) 0
      AND typelem OPERATOR(pg_catalog.=) 0) hidden
  WHERE r.nspname OPERATOR(pg_catalog.=) 'pg_catalog' AND r.position OPERATOR(pg_catalog.>) 1)
SELECT (SELECT pg_catalog.json_build_array(name, nspname)::pg_catalog.text FROM strangers ORDER BY name LIMIT 1))sql";

// What pg_class.relkind stands for; empty for a table.
std::string instead_of_table(char kind) {
  switch (kind) {
    case 'r':
    case 'p':
      return {};
    case 'v':
      return "view";
    case 'm':
      return "materialized view";
    case 'f':
      return "foreign table";
    case 'S':
      return "sequence";
    case 'i':
    case 'I':
      return "index";
    default:
      return "composite type";
  }
}

ColumnType type_of(const std::string& type, const std::string& kind) {
  if (kind == "e") return ColumnType::enumeration;
  if (type == "character varying" || type == "text" || type == "character") return ColumnType::text;
  if (type == "boolean") return ColumnType::boolean;
  if (type == "integer" || type == "bigint" || type == "smallint") return ColumnType::integer;
  if (type == "double precision" || type == "real" || type == "numeric") return ColumnType::number;
  if (type == "timestamp with time zone") return ColumnType::instant;
  if (type == "timestamp without time zone") return ColumnType::local_time;
  if (type == "json" || type == "jsonb") return ColumnType::document;
  return ColumnType::other;
}

std::string what_is_lax(const std::string& type, const Json& collation) {
  if (collation.is_string()) {
    return "the collation \"" + collation.get<std::string>() + "\" (deterministic = false)";
  }
  // citext may lie in any schema.
  if (type == "citext" || type.ends_with(".citext")) return "the type citext";
  return type == "character" ? "the type character (filled up with spaces)" : "";
}

// EXTRACT(milliseconds FROM ...) gives what exceeds the minutes only (date_part('milliseconds',
// ...) in older catalogs).
bool is_minute_millis(const Column& column, const Json& generated) {
  if (column.type != ColumnType::integer || !generated.is_string()) return false;
  const auto& expression = generated.get_ref<const std::string&>();
  return expression.find("milliseconds") != std::string::npos &&
         expression.find("{state,duration}") != std::string::npos;
}

Column read_column(const Json& found) {
  Column column;
  column.name = found.at("name").get<std::string>();
  column.type_name = found.at("type").get<std::string>();
  column.type = type_of(column.type_name, found.at("kind").get<std::string>());
  column.nullable = found.at("nullable").get<bool>();
  column.lax = what_is_lax(column.type_name, found.value("collation", Json()));
  if (is_minute_millis(column, found.at("generated"))) {
    column.type = ColumnType::minute_millis;
    column.nullable = true;
  }
  if (column.type != ColumnType::enumeration) return column;
  column.type_name = found.at("enum_type").get<std::string>();
  if (found.at("labels").is_array()) {
    column.labels = found.at("labels").get<std::vector<std::string>>();
  }
  return column;
}

// What belongs to every table of the server has a number below 1.
std::map<int, Column> columns_by_number(const Json& found) {
  std::map<int, Column> columns;
  if (!found.is_array()) return columns;
  for (const auto& column : found) {
    const auto number = column.at("number").get<int>();
    if (number > 0) columns.emplace(number, read_column(column));
  }
  return columns;
}

// An expression has no number, and what an index only carries along comes last.
Index read_index(const Json& found, const std::map<int, Column>& columns) {
  constexpr std::string_view kTree = "403";
  Index index{.name = found.at("name").get<std::string>(),
              .columns = {},
              .unique = found.at("unique").get<bool>(),
              .partial = found.at("partial").get<bool>(),
              .ordered = document::is_text(found.at("method"), kTree)};
  auto numbers = found.at("columns").get<std::vector<int>>();
  numbers.resize(std::min(numbers.size(), found.at("key_columns").get<std::size_t>()));
  for (const auto number : numbers) {
    const auto column = columns.find(number);
    index.columns.push_back(column == columns.end() ? std::string() : column->second.name);
  }
  return index;
}

// Below 0: never analyzed. A server before 14 says 0 there.
std::int64_t estimate(const Json& found) {
  if (!found.at("rows").is_number()) return -1;
  const auto rows = found.at("rows").get<double>();
  return rows < 0 ? -1 : static_cast<std::int64_t>(rows);
}

void read_deletion(const Json& found, Table& table) {
  table.can_delete = found.at("can_delete").get<bool>();
  table.can_lock = found.at("can_lock").get<bool>();
  table.may_keep_rows = found.at("may_keep_rows").get<bool>();
  table.acts_on_deletions = found.at("acts_on_deletions").get<bool>();
  if (const auto& along = found.at("takes_along"); along.is_array()) {
    table.takes_along = along.get<std::vector<std::string>>();
  }
  table.fits_buffers = found.at("fits_buffers").get<bool>();
  table.pages = found.at("pages").get<std::int64_t>();
  if (!found.at("partitions").is_array()) return;
  for (const auto& part : found.at("partitions")) {
    table.partitions.push_back(
        {.name = part.at("name").get<std::string>(), .estimated_rows = estimate(part)});
  }
}

Table read_table(const Json& found, const std::string& role) {
  Table table;
  table.name = found.at("name").get<std::string>();
  table.schema = found.at("schema").get<std::string>();
  table.instead_of_table = instead_of_table(found.at("kind").get<std::string>().at(0));
  if (found.at("filtered").get<bool>()) table.hides_rows_from = role;
  table.can_select = found.at("can_select").get<bool>();
  table.estimated_rows = estimate(found);
  if (found.contains("can_delete")) read_deletion(found, table);
  auto columns = columns_by_number(found.at("columns"));
  if (found.at("indexes").is_array()) {
    for (const auto& index : found.at("indexes")) {
      table.indexes.push_back(read_index(index, columns));
      if (index.at("primary").get<bool>()) table.primary_key = table.indexes.back().columns;
    }
  }
  for (auto& [number, column] : columns) table.columns.push_back(std::move(column));
  return table;
}

// Of a name the first counts, as it does for the server.
std::map<std::string, const Json*> tables_by_name(const Json& found) {
  std::map<std::string, const Json*> tables;
  if (!found.is_array()) return tables;
  for (const auto& table : found) tables.emplace(table.at("name").get<std::string>(), &table);
  return tables;
}

// Whether a listing was told all that it has to know: not of a table that the server splits, nor of
// letters that have an order of their own (0: a column has none; 100: the database's; 950 and 951:
// bytes).
bool is_as_kestra_makes_it(const Json& found) {
  static constexpr std::array<std::string_view, 4> kPlain = {"0", "100", "950", "951"};
  if (found.at("is_split").get<bool>() || found.at("kind").get<std::string>() == "p") return false;
  const auto& columns = found.at("columns");
  return !columns.is_array() || std::all_of(columns.begin(), columns.end(), [](const Json& column) {
    const auto& collation = column.at("collation_number").get_ref<const std::string&>();
    return std::find(kPlain.begin(), kPlain.end(), collation) != kPlain.end();
  });
}

// Kestra keeps its tables in one schema. Where a search path puts them together from several, an
// execution of the one has its logs in another: those of all others would look like orphans.
std::optional<Problem> several_schemas(const Schema& schema) {
  const auto& tables = schema.tables;
  if (tables.empty()) return std::nullopt;
  const auto of = tables.find("executions");
  const auto& one = of == tables.end() ? tables.begin()->second : of->second;
  for (const auto& [name, table] : tables) {
    if (table.schema == one.schema) continue;
    return Problem{.what = "the search path leads to `" + one.name + "` in the schema \"" +
                           one.schema + "\" and to `" + name + "` in \"" + table.schema +
                           "\", and Kestra has all of its tables in one",
                   .remedy = "name that one in `database.schema`, or in currentSchema of the URL"};
  }
  return std::nullopt;
}

Statement probe_of(std::span<const std::string> tables, std::string_view of_session,
                   std::string_view of_table, std::string_view of_column) {
  auto sql = filled(std::string(kProbe), "{of_session}", of_session);
  sql = filled(filled(std::move(sql), "{of_table}", of_table), "{of_column}", of_column);
  return Statement{.sql = std::move(sql), .parameters = {TextList(tables.begin(), tables.end())}};
}

tl::unexpected<Failure> unreadable(const Json::exception& error) {
  return fail(FailureKind::internal,
              std::string("PostgreSQL's catalog answered what can't be read: ") + error.what());
}

Schema schema_of(const Json& document) {
  Schema schema;
  schema.server = "PostgreSQL " + document.at("server").get<std::string>();
  const auto role = document.at("role").get<std::string>();
  for (const auto& [name, found] : tables_by_name(document.at("tables"))) {
    schema.tables.emplace(name, read_table(*found, role));
  }
  return schema;
}

}  // namespace

Statement postgres_probe_statement(std::span<const std::string> tables) {
  return probe_of(tables, kOfSession, kOfTable, kOfColumn);
}

Statement postgres_listing_statement(std::span<const std::string> tables) {
  return probe_of(tables, {}, kOfListedTable, kOfListedColumn);
}

Statement postgres_strangers_statement() {
  return plain(kStrangers);
}

Outcome<std::optional<Problem>> postgres_stranger(std::string_view json) {
  if (json.empty()) return std::nullopt;
  const auto found = Json::parse(json, nullptr, false);
  if (!found.is_array() || found.size() != 2) {
    return fail(FailureKind::internal,
                "PostgreSQL's catalog answered what can't be read: " + std::string(json));
  }
  const auto name = found.at(0).get<std::string>();
  const auto place = found.at(1).get<std::string>();
  constexpr const char* kThen = ", so that conditions would not mean what they say";
  if (place == "pg_catalog") {
    return Problem{.what =
                       "the search path has another schema before pg_catalog, and something there "
                       "hides the server's own " +
                       name + kThen,
                   .remedy = "take pg_catalog out of the search path: it comes first then"};
  }
  return Problem{.what = "the schema \"" + place + "\" of the search path has the " + name +
                         ", which the server would take instead of its own" + kThen,
                 .remedy = "drop it, or move it to a schema outside of the search path"};
}

Outcome<Schema> postgres_schema(std::string_view json) {
  try {
    const auto document = Json::parse(json);
    auto schema = schema_of(document);
    schema.deletion_refused = several_schemas(schema);
    if (document.at("passes_over_triggers").get<bool>()) {
      schema.deletion_refused = Problem{
          .what =
              "session_replication_role is replica, so that deletions pass over foreign keys "
              "and triggers",
          .remedy =
              "take it back where it is set, for the role, the database or the server: "
              "ALTER ROLE ... RESET session_replication_role"};
    }
    return schema;
  } catch (const Json::exception& error) {
    return unreadable(error);
  }
}

Outcome<std::optional<Schema>> postgres_listing_schema(std::string_view json) {
  try {
    const auto document = Json::parse(json);
    for (const auto& [name, found] : tables_by_name(document.at("tables"))) {
      if (!is_as_kestra_makes_it(*found)) return std::nullopt;
    }
    return for_reading(schema_of(document));
  } catch (const Json::exception& error) {
    return unreadable(error);
  }
}

}  // namespace winnow::database
