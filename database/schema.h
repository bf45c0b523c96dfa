// The result of the catalog probe: the tables of a task, as this database has them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "outcome/failure.h"

namespace winnow::database {

enum class ColumnType {
  text,
  boolean,
  integer,
  number,
  enumeration,  // PostgreSQL enum type or MySQL ENUM
  instant,      // holds the exact instant: timestamptz, MySQL DATETIME in UTC, SQLite's UTC text
  // PostgreSQL timestamp WITHOUT zone: the local time of the session that wrote it
  // (docs/design.md).
  local_time,
  document,  // json, jsonb, SQLite's JSON text
  // Only the milliseconds within the minute of a duration that the row's document holds in full:
  // `state_duration` on PostgreSQL until Kestra fixed it (kestra-io/kestra#16908).
  // Dialect::value_of gives the full value.
  minute_millis,
  other,
};

struct Column {
  std::string name;
  ColumnType type = ColumnType::other;
  // As the server writes it, for casts: "public.state_type", "character varying".
  std::string type_name;
  bool nullable = true;
  std::vector<std::string> labels;  // of an enumeration
  // MySQL: the collation by which its texts are compared, "utf8mb4_unicode_ci"; empty elsewhere.
  std::string collation = {};
  // The reason, in words, why this column treats different texts as equal: "the type citext".
  // Empty: it does not, or the dialect distinguishes them (MySQL).
  std::string lax = {};

  // False for an enumeration without that label: older versions of Kestra have fewer, and servers
  // refuse to compare with an unknown one.
  bool can_hold(std::string_view text) const;
};

// The type with which a value inside a document is compared.
const Column& document_string();

struct Index {
  std::string name;
  std::vector<std::string> columns;  // leading first; an expression is an empty string
  bool unique = false;
  bool partial = false;  // has only the rows of its own condition
  bool ordered = true;   // a B-tree; false for GIN, hash, FULLTEXT
};

// A partition of a table: PostgreSQL's plans name the partitions and not the table.
struct Partition {
  std::string name;
  std::int64_t estimated_rows = -1;  // -1: the server has no estimate
};

// How a table's rows are spread over several servers (Vitess): rows whose `column` has the same
// value under the same function are on the same server.
struct Sharding {
  std::string function;
  std::string column;
};

// A problem, as a part of a sentence, and its remedy.
struct Problem {
  std::string what;
  std::string remedy;
};

struct Table {
  std::string name;
  std::string schema;  // PostgreSQL schema or MySQL database that holds it; empty on SQLite
  // Empty for a table. Otherwise the kind of object that has the name instead: "view", "foreign
  // table", "sequence"; no task works on those.
  std::string instead_of_table = {};
  // PostgreSQL: the role from which a row-level policy may hide rows of the table; empty: it sees
  // all rows.
  std::string hides_rows_from = {};
  std::vector<Column> columns;
  std::vector<std::string> primary_key;
  std::vector<Index> indexes;  // including that of the primary key
  std::vector<Partition> partitions = {};
  // Nothing: all of its rows are on one server.
  std::optional<Sharding> sharding = {};
  bool can_select = true;
  bool can_delete = true;
  // The right to lock rows: UPDATE on PostgreSQL; elsewhere no separate right.
  bool can_lock = true;
  // A trigger or a rule may keep rows although their DELETE succeeds.
  bool may_keep_rows = false;
  // A trigger of the operator's fires when its rows are deleted, and may write them again.
  bool acts_on_deletions = false;
  // Those of the probed tables whose rows are deleted with rows of this one by a foreign key (ON
  // DELETE CASCADE).
  std::vector<std::string> takes_along = {};
  // MySQL: the table's engine if it can't roll back ("MyISAM"); empty: it can.
  std::string engine_without_transactions = {};
  // The server's own estimate, -1 when it has none.
  std::int64_t estimated_rows = -1;
  // PostgreSQL: whether the server's buffers can hold all of its rows at once.
  bool fits_buffers = true;
  // According to the server's last count; 0 if unknown.
  std::int64_t pages = 0;

  // Why no task can work on the object of this name; nothing for a table whose rows are all
  // visible.
  std::optional<Problem> problem() const;

  const Column* column(std::string_view name) const;
  // The column, or a schema failure that names it.
  Outcome<const Column*> require(std::string_view name) const;
  // The first complete (not partial) ordered index whose leading columns are `leading`, in any
  // order, or nullptr.
  const Index* index_on(const std::vector<std::string>& leading) const;
  // Whether a unique index has the column: alone, or with the partition column, as partitions
  // require.
  bool is_told_apart_by(std::string_view column) const;
};

struct Schema {
  std::string server;                   // "PostgreSQL 15.18", "SQLite 3.40.1", for people
  std::map<std::string, Table> tables;  // those of the probed ones that exist
  // Why the server refuses every deletion of this session; nothing: it allows them.
  std::optional<Problem> deletion_refused = {};

  const Table* table(std::string_view name) const;
  // The table, or a schema failure: it is missing, or something else has its name.
  Outcome<const Table*> require(std::string_view name) const;
  // A configuration failure if `deletion_refused` is set.
  Outcome<void> allows_deletions() const;
};

}  // namespace winnow::database
