// What the probe found in the catalog: the tables that a task asked about, as this database has
// them.
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
  // Milliseconds within the minute of a duration that the row's document holds whole:
  // `state_duration` on PostgreSQL until Kestra mended it (kestra-io/kestra#16908).
  // Dialect::value_of gives the whole.
  minute_millis,
  other,
};

struct Column {
  std::string name;
  ColumnType type = ColumnType::other;
  // As the server spells it, for casts: "public.state_type", "character varying".
  std::string type_name;
  bool nullable = true;
  std::vector<std::string> labels;  // of an enumeration
  // MySQL: what its texts compare by, "utf8mb4_unicode_ci"; empty elsewhere.
  std::string collation = {};
  // What finds texts by this column that are spelt differently, in words: "the type citext". Empty:
  // nothing does, or the dialect tells them apart (MySQL).
  std::string lax = {};

  // False for an enumeration without that label: older Kestras have fewer, and servers refuse to
  // compare with one that they don't know.
  bool can_hold(std::string_view text) const;
};

// The type as which a value inside of a document is compared.
const Column& document_string();

struct Index {
  std::string name;
  std::vector<std::string> columns;  // leading first; expressions stand as an empty text
  bool unique = false;
  bool partial = false;  // serves only rows that its own condition names
  bool ordered = true;   // a B-tree; false for GIN, hash, FULLTEXT
};

// Of a table that the server splits: PostgreSQL's plans name these and not the table.
struct Partition {
  std::string name;
  std::int64_t estimated_rows = -1;  // -1 where the server has no estimate
};

// How a table's rows are spread over several servers (Vitess): rows whose `column` has the same
// value under the same function lie on one of them.
struct Sharding {
  std::string function;
  std::string column;
};

// What is wrong, as a part of a sentence, and what to do about it.
struct Problem {
  std::string what;
  std::string remedy;
};

struct Table {
  std::string name;
  std::string schema;  // PostgreSQL schema or MySQL database that holds it; empty on SQLite
  // Empty for a table. Otherwise what bears the name instead, in words: "view", "foreign table",
  // "sequence"; no task works on those.
  std::string instead_of_table = {};
  // PostgreSQL: the role from which a row-level policy may hide rows of the table; empty: all are
  // seen.
  std::string hides_rows_from = {};
  std::vector<Column> columns;
  std::vector<std::string> primary_key;
  std::vector<Index> indexes;  // with the primary key's own
  std::vector<Partition> partitions = {};
  // Nothing: all of its rows lie on one server.
  std::optional<Sharding> sharding = {};
  bool can_select = true;
  bool can_delete = true;
  // The right to lock rows: UPDATE on PostgreSQL, none of its own elsewhere.
  bool can_lock = true;
  // A trigger or a rule may keep rows although their DELETE succeeds.
  bool may_keep_rows = false;
  // A trigger of its own fires when its rows are deleted, and may write such again.
  bool acts_on_deletions = false;
  // Those of the tables that were asked for whose rows go with rows of this one by a foreign key
  // (ON DELETE CASCADE).
  std::vector<std::string> takes_along = {};
  // MySQL: the engine that keeps its rows, where that takes no deletion back ("MyISAM"); empty: one
  // that does.
  std::string engine_without_transactions = {};
  // The server's own estimate, -1 when it has none.
  std::int64_t estimated_rows = -1;
  // PostgreSQL: whether the server's buffers can hold all of its rows at once.
  bool fits_buffers = true;
  // That the server counted last; 0 where it is not known.
  std::int64_t pages = 0;

  // Why no task can work on what bears the name; nothing for a table whose rows are all seen.
  std::optional<Problem> problem() const;

  const Column* column(std::string_view name) const;
  // The column, or a schema failure that names it.
  Outcome<const Column*> require(std::string_view name) const;
  // The first complete (not partial) ordered index whose leading columns are `leading`, in any
  // order, or nullptr.
  const Index* index_on(const std::vector<std::string>& leading) const;
  // Whether some unique index has the column: alone, or with the column that splits the table, as
  // partitions demand.
  bool is_told_apart_by(std::string_view column) const;
};

struct Schema {
  std::string server;                   // "PostgreSQL 15.18", "SQLite 3.40.1", for people
  std::map<std::string, Table> tables;  // those that exist of the ones asked for
  // Why the server refuses every deletion of this session; nothing: it does not.
  std::optional<Problem> deletion_refused = {};

  const Table* table(std::string_view name) const;
  // The table, or a schema failure: it is missing, or something else bears its name.
  Outcome<const Table*> require(std::string_view name) const;
  // A configuration failure where `deletion_refused` says why.
  Outcome<void> allows_deletions() const;
};

}  // namespace winnow::database
