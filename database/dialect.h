// The SQL of one database: the only place where SQL differs between servers. A Dialect holds no
// connection and no state; every function may be called from any thread.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "database/schema.h"
#include "database/statement.h"
#include "document/name_pattern.h"

namespace winnow::database {

enum class Comparison { at_or_after, at_or_before, after, before };
// ` >= ` and so on, the same in every dialect.
std::string_view sign(Comparison comparison);
// At or before, or before.
bool looks_back(Comparison comparison);

// Whether a statement also names rows marked deleted, in a table that can have them. If no row is
// marked, excluding them saves an index descent per key.
enum class DeletedRows { included, excluded };

class Dialect;

// `alias`.`column`, both quoted; only the column if there is no alias.
std::string qualified(const Dialect& dialect, std::string_view alias, std::string_view column);

// One of `parts` shares of a table's pages, from 0.
struct PageShare {
  std::int64_t part = 0;
  std::int64_t parts = 1;
};

// Builds one statement: text is appended, and a value is bound at its place.
class SqlWriter {
 public:
  explicit SqlWriter(const Dialect& dialect) : dialect_(dialect) {}

  SqlWriter& text(std::string_view sql) {
    statement_.sql += sql;
    return *this;
  }
  SqlWriter& identifier(std::string_view name);  // quoted
  SqlWriter& table(const Table& table);          // quoted, with its schema
  SqlWriter& bind(Parameter value);              // the dialect's placeholder
  // The placeholder with the cast that makes it comparable with the column (an enum, a timestamp).
  SqlWriter& bind_as(const Column& column, Parameter value);
  const Dialect& dialect() const { return dialect_; }
  Statement take() { return std::move(statement_); }

 private:
  const Dialect& dialect_;
  Statement statement_;
};

class Dialect {
 public:
  Dialect() = default;
  Dialect(const Dialect&) = delete;
  Dialect& operator=(const Dialect&) = delete;
  virtual ~Dialect() = default;

  virtual std::string_view name() const = 0;  // "postgresql", "mysql", "sqlite"
  // Doubles the quote inside; the name comes from the probed schema or a checked manifest.
  virtual std::string quoted(std::string_view identifier) const = 0;
  // Placeholder of the parameter with this ordinal, from 1.
  virtual std::string placeholder(std::size_t ordinal, const Parameter& value) const = 0;
  virtual std::string placeholder_as(std::size_t ordinal, const Column& column,
                                     const Parameter& value) const = 0;

  // `column` (an SQL expression over a column of this type) is one of the list: a plan for 10 keys
  // also serves 1,000 (a long list is bound as ONE parameter). The list must not contain values
  // that an enumeration does not have.
  virtual void any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                      TextList values) const = 0;
  // The same with an exact comparison, whatever the column's collation treats as equal. A single
  // value is compared by `=`.
  virtual void exactly_any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                              TextList values) const;
  // `expression`, a text, matches the pattern exactly.
  virtual void fits(SqlWriter& writer, std::string_view expression,
                    const document::NamePattern& pattern) const = 0;
  // The document of the row has this label: Kestra keeps them as a list `labels` of {"key",
  // "value"}. NULL or false without labels. Compares exactly.
  virtual void has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                         std::string_view value) const = 0;
  // The row that `table_alias` stands for is one of `keys` by its `column`; `deleted` is named
  // where the table has it, so that Kestra's indexes up to 1.2 serve (kestra-io/kestra#12181). As
  // any_of, in the shape that keeps to the index at any number.
  virtual void any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
                       const Column& column, TextList keys,
                       DeletedRows deleted_rows = DeletedRows::included) const;
  // Like any_key, for so many keys that one scan of the table is faster, which looks up each row
  // among the keys. A dialect that gains nothing from that uses any_key.
  virtual void any_key_in_one_pass(SqlWriter& writer, std::string_view table_alias,
                                   const Table& table, const Column& column, TextList keys) const {
    any_key(writer, table_alias, table, column, std::move(keys));
  }
  // Writes ` AND ...`: the row is in this share of the table's pages. The shares together hold each
  // row once. A row that is updated between two statements may move from a share that is not read
  // yet into one that was, so this is for tables whose rows are written once. Only if
  // reads_in_one_pass().
  virtual void write_share(SqlWriter& /*writer*/, std::string_view /*table_alias*/,
                           const Table& /*table*/, PageShare /*share*/) const {}
  // Whether write_share() works, and many rows that no index covers are best counted by one
  // statement.
  virtual bool reads_in_one_pass() const { return false; }
  // Whether a statement with any_key() on this table has the same plan for all keys
  // (Statement::keeps_plan).
  virtual bool one_plan_serves(const Table& /*table*/) const { return false; }
  // Whether a DELETE that scans a table locks, and waits for, rows that it does not delete. Then
  // the rows are better looked up first, and deleted by their keys.
  virtual bool locks_what_it_reads() const { return false; }
  // `"e"."deleted" IN (false, true) AND ` or `= false AND `, if the table has such a column and the
  // keys are not those of its own rows: together with a primary key it misleads planners to an
  // index that begins with `deleted`.
  void name_deleted(SqlWriter& writer, std::string_view table_alias, const Table& table,
                    const Column& column, DeletedRows deleted_rows) const;
  // Whether it writes anything.
  static bool names_deleted(const Table& table, const Column& column);
  // `expression` is one of the values that a query returns. The query runs once, whatever it locks.
  virtual void one_of_query(SqlWriter& writer, std::string_view expression,
                            const std::function<void()>& write_query) const;
  // `expression` begins with the text, with the database's case sensitivity and without wildcards.
  virtual void starts_with(SqlWriter& writer, std::string_view expression,
                           std::string prefix) const = 0;
  // Whether starts_with() is a range of an index on a plain column. If not, the values that begin
  // with the text have to be looked up first so that an index can find their rows.
  virtual bool starts_with_is_a_range() const { return true; }
  // Compares the exact instant of the row, whatever its writer's time zone. `document_path` leads
  // to the same instant in the row's `value` document; a dialect uses it if the column is not
  // decisive (local_time).
  virtual void compare_instant(SqlWriter& writer, std::string_view table_alias,
                               const Column& column, std::span<const std::string> document_path,
                               Comparison comparison, Instant instant) const;

  // A bound on the column alone that includes every row whose exact instant is within the bound; it
  // is wider if the column is not decisive. It opens no document.
  virtual void bound_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                             Comparison comparison, Instant instant) const {
    compare_instant(writer, table_alias, column, {}, comparison, instant);
  }

  // The same, except that the document decides if the column is outside the bound: this includes
  // few rows too many, and opens no document of a row whose column is within the bound.
  virtual void likely_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                              std::span<const std::string> /*document_path*/, Comparison comparison,
                              Instant instant) const {
    bound_instant(writer, table_alias, column, comparison, instant);
  }

  // Whether compare_instant() may have to open documents; then certain_instant() writes a condition
  // on the column alone, for rows that certainly fulfil it. A count of those needs an index and no
  // row.
  virtual bool opens_documents(const Column& /*column*/,
                               std::span<const std::string> /*document_path*/) const {
    return false;
  }
  virtual void certain_instant(SqlWriter& writer, std::string_view table_alias,
                               const Column& column, Comparison comparison, Instant instant) const {
    compare_instant(writer, table_alias, column, {}, comparison, instant);
  }

  // The expression for a column: the column itself, or, if it holds less than the row's document
  // (minute_millis), the document's value in the column's unit. No index of Kestra's has that
  // order.
  virtual std::string value_of(std::string_view table_alias, const Column& column) const;

  // An expression for the column as text: booleans `true`/`false`, instants as document::to_text
  // writes them, enumerations by label, documents on one line. `document_path` as above, may be
  // empty.
  virtual std::string as_text(std::string_view table_alias, const Column& column,
                              std::span<const std::string> document_path) const = 0;
  // An expression for the column as text that bind_as() accepts unchanged (for keyset cursors).
  virtual std::string as_cursor(std::string_view table_alias, const Column& column) const = 0;
  // The text in the row's document from which as_text() makes the instant, for a client that
  // converts it (document::append_utc) to save the server the work. Empty: as_text() is no more
  // work.
  virtual std::string instant_as_written(std::string_view /*table_alias*/, const Column& /*column*/,
                                         std::span<const std::string> /*document_path*/) const {
    return {};
  }

  // A hidden column that finds a row without an index, within one statement. Empty: there is none.
  virtual std::string_view row_address() const { return {}; }
  // The column's document, decompressed: a query that reads several parts of it opens it once.
  // Empty: the server keeps documents open.
  virtual std::string opened_document(std::string_view /*table_alias*/,
                                      const Column& /*column*/) const {
    return {};
  }

  // The size of the column's document in bytes, as far as the server reports it without opening the
  // document.
  virtual std::string stored_bytes(std::string_view table_alias, const Column& column) const = 0;

  // An expression for grouping that distinguishes strings exactly.
  virtual std::string letters(std::string expression) const { return expression; }
  // `key`, which stands for this column, equals the text of `expression`, through the column's
  // index: another table's text may have another collation or character set. Ignores case.
  virtual std::string is_key(const Column& /*column*/, const std::string& key,
                             const std::string& expression) const {
    return key + " = " + expression;
  }

  // An expression for the text at a path of a JSON column, NULL if it is missing.
  virtual std::string document_text(std::string_view column_expression,
                                    std::span<const std::string> path) const = 0;

  // The end of a sub-select whose expressions are computed only once per row, however often they
  // are used; empty: the server has no such clause.
  virtual std::string_view computed_once() const { return {}; }

  // The end of a SELECT that locks its rows and skips those that others have locked; empty if a
  // transaction locks the whole database (SQLite).
  virtual std::string_view lock_skipping_locked() const = 0;
  // The same for one that waits for them, as long as Settings::lock_timeout_ms.
  std::string_view lock_waiting() const {
    return lock_skipping_locked().empty() ? "" : "FOR UPDATE";
  }

  // Whether a DELETE can return columns of the rows that it deleted (RETURNING), and only of those.
  virtual bool returns_deleted_rows() const { return false; }

  // A statement that makes the server check now what it would check at COMMIT; empty: it checks
  // nothing there.
  virtual std::string_view check_deferred_constraints() const { return {}; }

  // The end of a SELECT count(*) that waits for sessions that are about to delete its rows. Empty
  // if a count can't lock and the server reports the outcome of a transaction (PostgreSQL), or if
  // nobody else writes (SQLite).
  virtual std::string_view count_waiting() const { return {}; }

  // The beginning of a SELECT that reads the table of each alias by that index; empty if the server
  // finds it by itself. MySQL uses any index that begins with the compared columns, even if another
  // one holds all columns.
  struct IndexChoice {
    std::string_view table_alias;
    std::string_view index;
  };
  virtual std::string index_hint(std::span<const IndexChoice> /*choices*/) const { return {}; }

  // The beginning, after SELECT, of a statement that joins many rows by their keys: memory for
  // those of one side.
  virtual std::string_view room_for_a_join() const { return {}; }

  // The beginning of a SELECT that scans the table of the alias, if the server sorts most of its
  // rows faster than it finds them one by one in the order of an index; otherwise empty.
  virtual std::string scan_hint(std::string_view /*table_alias*/) const { return {}; }

  // The statement with which an operator adds an index without blocking Kestra's writes. `value`:
  // the last column's value_of(), if that is not the column.
  virtual std::string create_index(const Table& table, const std::vector<std::string>& columns,
                                   std::string_view value = {}) const;

  // Whether the server merges the results of several servers (Vitess): it can't join a merged
  // result, and computes little by itself.
  virtual bool merges_shards() const { return false; }
  // The shard of each of these values of a sharded table's `sharding->column`: the value, then the
  // shard's name. Nothing: all rows of the table are on one server.
  virtual std::optional<Statement> shards_of(const Table& /*table*/,
                                             const TextList& /*values*/) const {
    return std::nullopt;
  }

  // DELETE of the rows of `table` whose `expression_column` is one of `keys`; with `deleted` named
  // where the table has that column, so that Kestra's indexes up to 1.2 serve
  // (kestra-io/kestra#12181). The shape is the one that keeps to the index at any number of keys
  // (docs/measurements.md).
  virtual Statement delete_by_keys(const Table& table, const Column& column, TextList keys,
                                   DeletedRows deleted_rows = DeletedRows::included) const;
  // DELETE of the rows whose `first` is one of `values` and whose `column` is one of `keys`, by the
  // table's index on both. Nothing: there is no such index, or the plain conditions use it.
  virtual std::optional<Statement> delete_by_pairs(const Table& /*table*/, const Column& /*first*/,
                                                   const TextList& /*values*/,
                                                   const Column& /*column*/,
                                                   const TextList& /*keys*/) const {
    return std::nullopt;
  }
};

}  // namespace winnow::database
