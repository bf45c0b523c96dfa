// MySQL's SQL. Instants are DATETIMEs in UTC; texts are compared by their column's collation, which
// ignores case in Kestra's schema.
#pragma once

#include "database/dialect.h"

namespace winnow::database {

// The index that finds a table's rows by the column, with `deleted` before it if the table has
// that; nullptr: none.
const Index* mysql_index_by(const Table& table, const Column& column);

class MysqlDialect : public Dialect {
 public:
  std::string_view name() const override { return "mysql"; }
  std::string quoted(std::string_view identifier) const override;
  std::string placeholder(std::size_t ordinal, const Parameter& value) const override;
  std::string placeholder_as(std::size_t ordinal, const Column& column,
                             const Parameter& value) const override;
  void any_of(SqlWriter& writer, std::string_view expression, const Column& column,
              TextList values) const override;
  void any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
               const Column& column, TextList keys, DeletedRows deleted_rows) const override;
  void exactly_any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                      TextList values) const override;
  void fits(SqlWriter& writer, std::string_view expression,
            const document::NamePattern& pattern) const override;
  void has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                 std::string_view value) const override;
  void starts_with(SqlWriter& writer, std::string_view expression,
                   std::string prefix) const override;
  std::string index_hint(std::span<const IndexChoice> choices) const override;
  std::string_view room_for_a_join() const override;
  std::string scan_hint(std::string_view table_alias) const override;
  std::string as_text(std::string_view table_alias, const Column& column,
                      std::span<const std::string> document_path) const override;
  std::string as_cursor(std::string_view table_alias, const Column& column) const override;
  std::string stored_bytes(std::string_view table_alias, const Column& column) const override;
  std::string letters(std::string expression) const override;
  std::string is_key(const Column& column, const std::string& key,
                     const std::string& expression) const override;
  std::string document_text(std::string_view column_expression,
                            std::span<const std::string> path) const override;
  std::string_view lock_skipping_locked() const override { return "FOR UPDATE SKIP LOCKED"; }
  std::string_view count_waiting() const override { return " FOR UPDATE"; }
  // InnoDB locks each row that such a DELETE compares, and reads the table once for each key.
  bool locks_what_it_reads() const override { return true; }
  Statement delete_by_keys(const Table& table, const Column& column, TextList keys,
                           DeletedRows deleted_rows) const override;
  std::optional<Statement> delete_by_pairs(const Table& table, const Column& first,
                                           const TextList& values, const Column& column,
                                           const TextList& keys) const override;

 protected:
  // Whether a list may stand as a table (JSON_TABLE, VALUES ROW).
  virtual bool lists_are_tables() const { return true; }

 private:
  // Like delete_by_keys, with a joined list.
  Statement delete_joined(const Table& table, const Column& column, TextList keys,
                          DeletedRows deleted_rows) const;
  // `DELETE t FROM` the keys, up to the table that is joined to them. `index`: nullptr if no index
  // finds them.
  void begin_deletion(SqlWriter& writer, const Index* index, const Column& column,
                      TextList keys) const;
};

}  // namespace winnow::database
