// PostgreSQL's spelling. Values travel as text, each with a cast in its placeholder, so that no
// statement depends on what the server guesses or on a session's settings.
#pragma once

#include "database/dialect.h"

namespace winnow::database {

class PostgresDialect final : public Dialect {
 public:
  std::string_view name() const override { return "postgresql"; }
  std::string quoted(std::string_view identifier) const override;
  std::string placeholder(std::size_t ordinal, const Parameter& value) const override;
  std::string placeholder_as(std::size_t ordinal, const Column& column,
                             const Parameter& value) const override;
  void any_of(SqlWriter& writer, std::string_view expression, const Column& column,
              TextList values) const override;
  void any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
               const Column& column, TextList keys, DeletedRows deleted_rows) const override;
  void fits(SqlWriter& writer, std::string_view expression,
            const document::NamePattern& pattern) const override;
  void has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                 std::string_view value) const override;
  void any_key_in_one_pass(SqlWriter& writer, std::string_view table_alias, const Table& table,
                           const Column& column, TextList keys) const override;
  void write_share(SqlWriter& writer, std::string_view table_alias, const Table& table,
                   PageShare share) const override;
  bool reads_in_one_pass() const override { return true; }
  bool one_plan_serves(const Table& table) const override;
  void starts_with(SqlWriter& writer, std::string_view expression,
                   std::string prefix) const override;
  // Only under the collation C, which Kestra's databases seldom have.
  bool starts_with_is_a_range() const override { return false; }
  void compare_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                       std::span<const std::string> document_path, Comparison comparison,
                       Instant instant) const override;
  void bound_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                     Comparison comparison, Instant instant) const override;
  void likely_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                      std::span<const std::string> document_path, Comparison comparison,
                      Instant instant) const override;
  bool opens_documents(const Column& column,
                       std::span<const std::string> document_path) const override;
  void certain_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                       Comparison comparison, Instant instant) const override;
  std::string create_index(const Table& table, const std::vector<std::string>& columns,
                           std::string_view value) const override;
  std::string value_of(std::string_view table_alias, const Column& column) const override;
  std::string as_text(std::string_view table_alias, const Column& column,
                      std::span<const std::string> document_path) const override;
  std::string as_cursor(std::string_view table_alias, const Column& column) const override;
  std::string instant_as_written(std::string_view table_alias, const Column& column,
                                 std::span<const std::string> document_path) const override;
  std::string_view row_address() const override { return "ctid"; }
  std::string opened_document(std::string_view table_alias, const Column& column) const override;
  std::string stored_bytes(std::string_view table_alias, const Column& column) const override;
  std::string document_text(std::string_view column_expression,
                            std::span<const std::string> path) const override;
  std::string_view computed_once() const override { return " OFFSET 0"; }
  std::string_view lock_skipping_locked() const override { return "FOR UPDATE SKIP LOCKED"; }
  void one_of_query(SqlWriter& writer, std::string_view expression,
                    const std::function<void()>& write_query) const override;
  bool returns_deleted_rows() const override { return true; }
  std::string_view check_deferred_constraints() const override {
    return "SET CONSTRAINTS ALL IMMEDIATE";
  }
};

}  // namespace winnow::database
