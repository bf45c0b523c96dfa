// How one database spells what the engines need: the only place where SQL differs between servers.
// A Dialect holds no connection and no state; every function may be called from any thread.
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

// Whether a statement names the rows marked deleted too, in a table that can have such. Where no
// row is marked, excluding them saves a descent of the index for each key.
enum class DeletedRows { included, excluded };

class Dialect;

// `alias`.`column`, both quoted; the column alone where there is no alias.
std::string qualified(const Dialect& dialect, std::string_view alias, std::string_view column);

// One of `parts` shares of a table's pages, from 0.
struct PageShare {
  std::int64_t part = 0;
  std::int64_t parts = 1;
};

// Builds one statement: text is appended, a value is bound where it stands.
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
  // The placeholder with the cast that lets it be compared with the column (an enum, a timestamp).
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

  // `column` (an SQL expression over a column of this type) is one of the list: a plan that serves
  // 10 keys serves 1,000 (a long list is bound as ONE parameter). Values that an enumeration does
  // not have must not be in the list.
  virtual void any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                      TextList values) const = 0;
  // The same letter by letter, whatever the column's collation takes for equal. One value alone is
  // compared by `=`.
  virtual void exactly_any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                              TextList values) const;
  // `expression`, a text, fits the pattern letter by letter.
  virtual void fits(SqlWriter& writer, std::string_view expression,
                    const document::NamePattern& pattern) const = 0;
  // The document of the row has this label: Kestra keeps them as a list `labels` of {"key",
  // "value"}. NULL or false where it has no labels. Letter by letter.
  virtual void has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                         std::string_view value) const = 0;
  // The row that `table_alias` stands for is one of `keys` by its `column`; `deleted` is named
  // where the table has it, so that Kestra's indexes up to 1.2 serve (kestra-io/kestra#12181). As
  // any_of, in the shape that keeps to the index at any number.
  virtual void any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
                       const Column& column, TextList keys,
                       DeletedRows deleted_rows = DeletedRows::included) const;
  // As any_key, for so many keys that the table is better read once from end to end, each row
  // looked up among the keys. Where a dialect does not gain by that, it is any_key.
  virtual void any_key_in_one_pass(SqlWriter& writer, std::string_view table_alias,
                                   const Table& table, const Column& column, TextList keys) const {
    any_key(writer, table_alias, table, column, std::move(keys));
  }
  // Writes ` AND ...`: the row lies in this share of the table's pages. The shares together hold
  // each row once. A row that is updated between two statements may move from a share that is not
  // read yet into one that is: for tables whose rows are written once. Only where
  // reads_in_one_pass().
  virtual void write_share(SqlWriter& /*writer*/, std::string_view /*table_alias*/,
                           const Table& /*table*/, PageShare /*share*/) const {}
  // Whether that is so, and many rows that no index covers are best counted by one statement.
  virtual bool reads_in_one_pass() const { return false; }
  // Whether a statement with any_key() on this table has one plan whatever its keys are
  // (Statement::keeps_plan).
  virtual bool one_plan_serves(const Table& /*table*/) const { return false; }
  // Whether a DELETE that reads a table from end to end locks, and waits for, rows that it does not
  // delete. The rows are better looked up first then, and deleted by their keys.
  virtual bool locks_what_it_reads() const { return false; }
  // `"e"."deleted" IN (false, true) AND ` or `= false AND `, where the table has such a column and
  // the keys are not those of its rows: beside a primary key it misleads planners to an index that
  // begins with `deleted`.
  void name_deleted(SqlWriter& writer, std::string_view table_alias, const Table& table,
                    const Column& column, DeletedRows deleted_rows) const;
  // Whether it writes anything.
  static bool names_deleted(const Table& table, const Column& column);
  // `expression` is one of the values that a query gives. It is run once, whatever it locks.
  virtual void one_of_query(SqlWriter& writer, std::string_view expression,
                            const std::function<void()>& write_query) const;
  // `expression` begins with the text, letter case as the database compares, no wildcards.
  virtual void starts_with(SqlWriter& writer, std::string_view expression,
                           std::string prefix) const = 0;
  // Whether starts_with() is a range of an index on a plain column. Where it is none, the values
  // that begin so have to be looked up first, for an index to find their rows.
  virtual bool starts_with_is_a_range() const { return true; }
  // Compares the exact instant that the row holds, whatever zone its writer had. `document_path`
  // leads to the same instant in the row's `value` document; a dialect uses it where the column
  // alone can't tell (local_time).
  virtual void compare_instant(SqlWriter& writer, std::string_view table_alias,
                               const Column& column, std::span<const std::string> document_path,
                               Comparison comparison, Instant instant) const;

  // A bound on the column alone that every row fulfils whose exact instant does: wider than it
  // where the column can't tell. No document is opened for it.
  virtual void bound_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                             Comparison comparison, Instant instant) const {
    compare_instant(writer, table_alias, column, {}, comparison, instant);
  }

  // The same, but where the column by itself denies it, the document decides: so few rows too many
  // are met, and no document is opened of those that the column affirms.
  virtual void likely_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                              std::span<const std::string> /*document_path*/, Comparison comparison,
                              Instant instant) const {
    bound_instant(writer, table_alias, column, comparison, instant);
  }

  // Whether compare_instant() may have to open documents; then certain_instant() writes a condition
  // on the column alone, of rows that fulfil it for sure. A count of those needs an index and no
  // row.
  virtual bool opens_documents(const Column& /*column*/,
                               std::span<const std::string> /*document_path*/) const {
    return false;
  }
  virtual void certain_instant(SqlWriter& writer, std::string_view table_alias,
                               const Column& column, Comparison comparison, Instant instant) const {
    compare_instant(writer, table_alias, column, {}, comparison, instant);
  }

  // What stands for a column in an expression: the column itself, but where it holds less than the
  // row's document does (minute_millis); there the document's value, in the column's unit. No index
  // of Kestra's orders that.
  virtual std::string value_of(std::string_view table_alias, const Column& column) const;

  // An expression that gives the column as text: booleans `true`/`false`, instants as
  // document::to_text writes them, enumerations by label, documents on one line. `document_path` as
  // above, may be empty.
  virtual std::string as_text(std::string_view table_alias, const Column& column,
                              std::span<const std::string> document_path) const = 0;
  // An expression that gives the column as text that bind_as() takes back unchanged (for keyset
  // cursors).
  virtual std::string as_cursor(std::string_view table_alias, const Column& column) const = 0;
  // The text in the row's document that as_text() makes the instant of, for a client that reads it
  // by itself (document::append_utc) and spares the server the work. Empty: as_text() is no more
  // work.
  virtual std::string instant_as_written(std::string_view /*table_alias*/, const Column& /*column*/,
                                         std::span<const std::string> /*document_path*/) const {
    return {};
  }

  // A hidden column that leads to a row without an index, within one statement. Empty: there is
  // none.
  virtual std::string_view row_address() const { return {}; }
  // The column's document as it is, decompressed: whoever reads several parts of it opens it once.
  // Empty: the server keeps documents open.
  virtual std::string opened_document(std::string_view /*table_alias*/,
                                      const Column& /*column*/) const {
    return {};
  }

  // Bytes that the column's document takes, as far as the server tells without opening it.
  virtual std::string stored_bytes(std::string_view table_alias, const Column& column) const = 0;

  // What tells two texts apart letter by letter where it is grouped by.
  virtual std::string letters(std::string expression) const { return expression; }
  // `key`, which stands for this column, is the text that `expression` gives, by the column's
  // index: another table's text may have another collation, or character set. Letter case alone
  // makes no other text.
  virtual std::string is_key(const Column& /*column*/, const std::string& key,
                             const std::string& expression) const {
    return key + " = " + expression;
  }

  // An expression that gives the text at a path of a JSON column, NULL where it is missing.
  virtual std::string document_text(std::string_view column_expression,
                                    std::span<const std::string> path) const = 0;

  // What ends a sub-select whose expressions are computed once a row and no more, wherever they are
  // asked for; empty: it has no such thing.
  virtual std::string_view computed_once() const { return {}; }

  // What ends a SELECT that locks its rows and passes over those that others hold; empty where a
  // transaction locks the whole database (SQLite).
  virtual std::string_view lock_skipping_locked() const = 0;
  // The same for one that waits for them, as long as Settings::lock_timeout_ms.
  std::string_view lock_waiting() const {
    return lock_skipping_locked().empty() ? "" : "FOR UPDATE";
  }

  // Whether a DELETE can give columns of the rows that it deleted (RETURNING), and only of those.
  virtual bool returns_deleted_rows() const { return false; }

  // What makes the server check now what it would check at COMMIT; empty: it checks nothing there.
  virtual std::string_view check_deferred_constraints() const { return {}; }

  // What ends a SELECT count(*) that waits for those who are about to remove its rows. Empty where
  // a count can't lock and what became of a transaction is told (PostgreSQL), and where nobody
  // writes beside us (SQLite).
  virtual std::string_view count_waiting() const { return {}; }

  // What a SELECT has to begin with for the table behind each alias to be read by that index; empty
  // where the server finds it by itself. MySQL takes any index that begins with what is equal,
  // though another one holds all columns.
  struct IndexChoice {
    std::string_view table_alias;
    std::string_view index;
  };
  virtual std::string index_hint(std::span<const IndexChoice> /*choices*/) const { return {}; }

  // What a statement has to begin with, behind SELECT, that joins many rows by their keys: room for
  // those of one side.
  virtual std::string_view room_for_a_join() const { return {}; }

  // What a SELECT has to begin with for the table behind the alias to be read as it lies, where the
  // server sorts most of its rows quicker than it finds them one by one in the order of an index;
  // empty where it does not.
  virtual std::string scan_hint(std::string_view /*table_alias*/) const { return {}; }

  // The statement that an operator adds an index by, without keeping Kestra from writing meanwhile.
  // `value`: the last column's value_of(), where that is not the column.
  virtual std::string create_index(const Table& table, const std::vector<std::string>& columns,
                                   std::string_view value = {}) const;

  // Whether the server merges what several servers answer (Vitess): it joins nothing with what it
  // has merged, and computes little by itself.
  virtual bool merges_shards() const { return false; }
  // The shard of each of these values of a sharded table's `sharding->column`: the value, then the
  // shard's name. Nothing: the table's rows all lie on one server.
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
  // table's index on both. Nothing: there is none, or the conditions by themselves lead to it.
  virtual std::optional<Statement> delete_by_pairs(const Table& /*table*/, const Column& /*first*/,
                                                   const TextList& /*values*/,
                                                   const Column& /*column*/,
                                                   const TextList& /*keys*/) const {
    return std::nullopt;
  }
};

}  // namespace winnow::database
