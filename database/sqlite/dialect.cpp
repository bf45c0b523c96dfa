#include "database/sqlite/dialect.h"

#include <utility>

#include "document/strings.h"

namespace winnow::database {
namespace {

std::string numbered(std::size_t ordinal) {
  return "?" + std::to_string(ordinal);
}

class SqliteDialect final : public Dialect {
 public:
  std::string_view name() const override { return "sqlite"; }
  std::string_view lock_skipping_locked() const override { return {}; }

  std::string quoted(std::string_view identifier) const override {
    return document::quoted(identifier, '"');
  }

  std::string placeholder(std::size_t ordinal, const Parameter& value) const override {
    if (!std::holds_alternative<TextList>(value)) return numbered(ordinal);
    return "(SELECT value FROM json_each(" + numbered(ordinal) + "))";
  }

  std::string placeholder_as(std::size_t ordinal, const Column& column,
                             const Parameter& value) const override {
    // Texts stand for values of other types in cursors; the rest is bound as what it is.
    if (!std::holds_alternative<std::string>(value)) return placeholder(ordinal, value);
    const auto place = numbered(ordinal);
    switch (column.type) {
      case ColumnType::boolean:
        return "(" + place + " IN ('true', '1'))";
      case ColumnType::integer:
        return "CAST(" + place + " AS INTEGER)";
      case ColumnType::number:
        return "CAST(" + place + " AS REAL)";
      default:
        return place;
    }
  }

  void any_of(SqlWriter& writer, std::string_view expression, const Column& column,
              TextList values) const override {
    if (column.type == ColumnType::boolean) {
      for (auto& value : values) value = value == "true" || value == "1" ? "1" : "0";
    }
    writer.text(expression).text(" IN ").bind(std::move(values));
  }

  void starts_with(SqlWriter& writer, std::string_view expression,
                   std::string prefix) const override {
    writer.text("substr(").text(expression).text(", 1, length(").bind(prefix).text(")) = ");
    writer.bind(std::move(prefix));
  }

  // A function that connection.cpp adds: SQLite has no expression of words.
  void fits(SqlWriter& writer, std::string_view expression,
            const document::NamePattern& pattern) const override {
    writer.text("winnow_fits(").text(expression).text(", ").bind(pattern.text()).text(")");
  }

  void has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                 std::string_view value) const override {
    const auto member = [](const std::string& name) {
      return "CASE label.type WHEN 'object' THEN json_extract(label.value, '$." + name + "') END";
    };
    writer.text("EXISTS (SELECT 1 FROM json_each(" + qualified(*this, table_alias, "value"));
    writer.text(", '$.labels') AS label WHERE " + member("key") + " = ").bind(std::string(key));
    writer.text(" AND " + member("value") + " = ").bind(std::string(value)).text(")");
  }

  std::string as_text(std::string_view table_alias, const Column& column,
                      std::span<const std::string> /*document_path*/) const override {
    const auto name = qualified(*this, table_alias, column.name);
    switch (column.type) {
      case ColumnType::boolean:
        return "CASE " + name + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END";
      case ColumnType::document:
        return "json(" + name + ")";
      default:
        return "CAST(" + name + " AS TEXT)";
    }
  }

  std::string as_cursor(std::string_view table_alias, const Column& column) const override {
    const auto name = qualified(*this, table_alias, column.name);
    // CAST keeps 15 digits of a number, which is not the number.
    if (column.type == ColumnType::number) {
      return "CASE WHEN " + name + " IS NOT NULL THEN printf('%!.17g', " + name + ") END";
    }
    return "CAST(" + name + " AS TEXT)";
  }

  std::string stored_bytes(std::string_view table_alias, const Column& column) const override {
    return "length(CAST(" + qualified(*this, table_alias, column.name) + " AS BLOB))";
  }

  std::string document_text(std::string_view column_expression,
                            std::span<const std::string> path) const override {
    std::string steps = "$";
    for (const auto& step : path) steps += "." + document::quoted(step, '"');
    const auto arguments = std::string(column_expression) + ", " + document::quoted(steps, '\'');
    // JSON's true and false would come out as 1 and 0.
    return "(CASE json_type(" + arguments +
           ") WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' ELSE CAST(json_extract(" +
           arguments + ") AS TEXT) END)";
  }
};

}  // namespace

const Dialect& sqlite_dialect() {
  static const SqliteDialect dialect;
  return dialect;
}

}  // namespace winnow::database
