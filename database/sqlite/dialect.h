// SQLite's spelling. Declared types tell what a column holds (probe.h); instants are
// canonical UTC text, so that they compare as text; a list travels as one JSON array.
#pragma once

#include "database/dialect.h"

namespace winnow::database {

class SqliteDialect final : public Dialect {
 public:
  std::string_view name() const override { return "sqlite"; }
  std::string quoted(std::string_view identifier) const override;
  std::string placeholder(std::size_t ordinal, const Parameter& value) const override;
  std::string placeholder_as(std::size_t ordinal, const Column& column,
                             const Parameter& value) const override;
  void any_of(SqlWriter& writer, std::string_view expression, const Column& column,
              TextList values) const override;
  void fits(SqlWriter& writer, std::string_view expression,
            const document::NamePattern& pattern) const override;
  void has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                 std::string_view value) const override;
  void starts_with(SqlWriter& writer, std::string_view expression,
                   std::string prefix) const override;
  std::string as_text(std::string_view table_alias, const Column& column,
                      std::span<const std::string> document_path) const override;
  std::string as_cursor(std::string_view table_alias, const Column& column) const override;
  std::string stored_bytes(std::string_view table_alias, const Column& column) const override;
  std::string document_text(std::string_view column_expression,
                            std::span<const std::string> path) const override;
  std::string_view lock_skipping_locked() const override { return {}; }
};

}  // namespace winnow::database
