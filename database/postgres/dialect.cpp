#include "database/postgres/dialect.h"

#include <chrono>

#include "document/strings.h"

namespace winnow::database {
namespace {

// The greatest offset that java.time.ZoneOffset allows: no writer's local time is further from UTC.
constexpr std::chrono::hours kGreatestOffset{18};

constexpr std::int64_t kSmallTable = 5'000;  // rows

constexpr std::string_view kInstantFormat = R"('YYYY-MM-DD"T"HH24:MI:SS.US"Z"')";
constexpr std::string_view kLocalFormat = R"('YYYY-MM-DD"T"HH24:MI:SS.US')";

std::string literal(std::string_view text) {
  std::string result = "'";
  bool escaped = false;
  for (const char character : text) {
    if (character == '\'') result += '\'';
    if (character == '\\') {
      result += '\\';
      escaped = true;
    }
    result += character;
  }
  result += "'";
  // E'' means the same under either value of standard_conforming_strings.
  return escaped ? "E" + result : result;
}

std::string in_utc(std::string_view timestamptz) {
  return "to_char(" + std::string(timestamptz) + " AT TIME ZONE 'UTC', " +
         std::string(kInstantFormat) + ")";
}

std::string cast_of(const Column& column) {
  switch (column.type) {
    case ColumnType::text:
      return "text";
    case ColumnType::boolean:
      return "boolean";
    case ColumnType::integer:
    case ColumnType::minute_millis:
      return "bigint";
    case ColumnType::instant:
      return "timestamptz";
    case ColumnType::local_time:
      return "timestamp";
    case ColumnType::number:
    case ColumnType::enumeration:
    case ColumnType::document:
    case ColumnType::other:
      break;
  }
  return column.type_name.empty() ? "text" : column.type_name;
}

bool is_small(const Table& table) {
  return table.estimated_rows >= 0 && table.estimated_rows < kSmallTable;
}

std::string dollar(std::size_t ordinal) {
  return "$" + std::to_string(ordinal);
}

class PostgresDialect final : public Dialect {
 public:
  std::string_view name() const override { return "postgresql"; }
  bool reads_in_one_pass() const override { return true; }
  // Only under the collation C, which Kestra's databases seldom have.
  bool starts_with_is_a_range() const override { return false; }
  std::string_view row_address() const override { return "ctid"; }
  std::string_view computed_once() const override { return " OFFSET 0"; }
  std::string_view lock_skipping_locked() const override { return "FOR UPDATE SKIP LOCKED"; }
  bool returns_deleted_rows() const override { return true; }
  std::string_view check_deferred_constraints() const override {
    return "SET CONSTRAINTS ALL IMMEDIATE";
  }

  std::string quoted(std::string_view identifier) const override {
    return document::quoted(identifier, '"');
  }

  std::string placeholder(std::size_t ordinal, const Parameter& value) const override {
    if (std::holds_alternative<std::string>(value)) return dollar(ordinal) + "::text";
    if (std::holds_alternative<std::int64_t>(value)) return dollar(ordinal) + "::bigint";
    if (std::holds_alternative<bool>(value)) return dollar(ordinal) + "::boolean";
    if (std::holds_alternative<Instant>(value)) return dollar(ordinal) + "::timestamptz";
    if (std::holds_alternative<TextList>(value)) return dollar(ordinal) + "::text[]";
    return dollar(ordinal);
  }

  std::string placeholder_as(std::size_t ordinal, const Column& column,
                             const Parameter& value) const override {
    const auto type = cast_of(column);
    if (!std::holds_alternative<TextList>(value)) return dollar(ordinal) + "::" + type;
    // An enumeration's array is read as what it is: a cast of a list of texts is no constant to the
    // planner, which then knows nothing of how rare the labels are (39,000 pages instead of 600).
    if (type == "text" || column.type == ColumnType::enumeration) {
      return dollar(ordinal) + "::" + type + "[]";
    }
    // Others are parsed as texts first: an array type's own separator or quoting rules never come
    // in.
    return dollar(ordinal) + "::text[]::" + type + "[]";
  }

  void any_of(SqlWriter& writer, std::string_view expression, const Column& column,
              TextList values) const override {
    writer.text(expression).text(" = ANY(").bind_as(column, std::move(values)).text(")");
  }

  // In a table of some size the list stands in a sub-select of its own, so that the planner does
  // not see how long it is: for a thousand keys in plain sight it reads tables of 20,000 rows from
  // end to end, at four times the index's cost. A small table it does read so, and there it needs
  // the list in plain sight to look it up by a hash.
  void any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
               const Column& column, TextList keys, DeletedRows deleted_rows) const override {
    name_deleted(writer, table_alias, table, column, deleted_rows);
    const auto name = qualified(*this, table_alias, column.name);
    if (is_small(table)) {
      any_of(writer, name, column, std::move(keys));
      return;
    }
    writer.text(name).text(" = ANY((SELECT ").bind_as(column, std::move(keys));
    writer.text(")::").text(cast_of(column)).text("[])");
  }

  bool one_plan_serves(const Table& table) const override { return !is_small(table); }

  // The planner makes a hash of the list, and knows how long it is.
  void any_key_in_one_pass(SqlWriter& writer, std::string_view table_alias, const Table& /*table*/,
                           const Column& column, TextList keys) const override {
    writer.text(qualified(*this, table_alias, column.name)).text(" IN (SELECT unnest(");
    writer.bind_as(column, std::move(keys)).text("))");
  }

  // By address, in a range of which the server reads nothing else (from version 14 on).
  void write_share(SqlWriter& writer, std::string_view table_alias, const Table& table,
                   PageShare share) const override {
    const auto bound = [&](std::string_view sign, std::int64_t part) {
      writer.text(" AND ").text(table_alias).text(".ctid ").text(sign);
      writer.text(" '(" + std::to_string(table.pages * part / share.parts) + ",0)'::tid");
    };
    if (share.part > 0) bound(">=", share.part);
    if (share.part + 1 < share.parts) bound("<", share.part + 1);
  }

  // As an array, which is made before the first row is looked for.
  void one_of_query(SqlWriter& writer, std::string_view expression,
                    const std::function<void()>& write_query) const override {
    writer.text(expression).text(" = ANY(ARRAY(");
    write_query();
    writer.text("))");
  }

  void starts_with(SqlWriter& writer, std::string_view expression,
                   std::string prefix) const override {
    writer.text(expression).text(" ^@ ").bind(std::move(prefix));
  }

  // The server finds the pattern's prefix in the expression by itself.
  void fits(SqlWriter& writer, std::string_view expression,
            const document::NamePattern& pattern) const override {
    writer.text(expression).text(" ~ ").bind("^(?:" + pattern.regex() + ")$");
  }

  // In the form that Kestra's GIN index on the labels serves.
  void has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                 std::string_view value) const override {
    writer.text("(" + qualified(*this, table_alias, "value") + " -> 'labels') @> ");
    writer.text("jsonb_build_array(jsonb_build_object('key', ").bind(std::string(key));
    writer.text(", 'value', ").bind(std::string(value)).text("))");
  }

  void compare_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                       std::span<const std::string> document_path, Comparison comparison,
                       Instant instant) const override {
    if (!opens_documents(column, document_path)) {
      compare_column(writer, table_alias, column, comparison, instant);
      return;
    }
    // Beyond the other side of the band the answer is certain too.
    bound_or_document(writer, table_alias, column, document_path, comparison, instant,
                      [&] { certain_instant(writer, table_alias, column, comparison, instant); });
  }

  void likely_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                      std::span<const std::string> document_path, Comparison comparison,
                      Instant instant) const override {
    if (!opens_documents(column, document_path)) {
      bound_instant(writer, table_alias, column, comparison, instant);
      return;
    }
    bound_or_document(writer, table_alias, column, document_path, comparison, instant,
                      [&] { compare_column(writer, table_alias, column, comparison, instant); });
  }

  bool opens_documents(const Column& column,
                       std::span<const std::string> document_path) const override {
    return column.type == ColumnType::local_time && !document_path.empty();
  }

  void certain_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                       Comparison comparison, Instant instant) const override {
    const auto slack = looks_back(comparison) ? kGreatestOffset : -kGreatestOffset;
    writer.text(qualified(*this, table_alias, column.name));
    writer.text(looks_back(comparison) ? " < " : " > ").bind_as(column, instant - slack);
  }

  void bound_instant(SqlWriter& writer, std::string_view table_alias, const Column& column,
                     Comparison comparison, Instant instant) const override {
    if (column.type == ColumnType::local_time) {
      instant += looks_back(comparison) ? kGreatestOffset : -kGreatestOffset;
    }
    writer.text(qualified(*this, table_alias, column.name));
    writer.text(looks_back(comparison) ? " <= " : " >= ").bind_as(column, instant);
  }

  // CONCURRENTLY: Kestra writes on while the index is built. PostgreSQL refuses that for a table
  // with partitions.
  std::string create_index(const Table& table, const std::vector<std::string>& columns,
                           std::string_view value) const override {
    auto sql = Dialect::create_index(table, columns, value);
    if (!table.partitions.empty()) return sql;
    return sql.insert(std::string_view("CREATE INDEX").size(), " CONCURRENTLY");
  }

  // Kestra writes seconds, as a number with a fraction. What is none is no value, and never an
  // error of the statement.
  std::string value_of(std::string_view table_alias, const Column& column) const override {
    if (column.type != ColumnType::minute_millis) return Dialect::value_of(table_alias, column);
    static const std::vector<std::string> kPath{"state", "duration"};
    const auto seconds = document_text(qualified(*this, table_alias, "value"), kPath);
    return "CASE WHEN " + seconds + " ~ '^-?[0-9.]+$' THEN round(" + seconds +
           "::numeric * 1000)::bigint END";
  }

  std::string as_text(std::string_view table_alias, const Column& column,
                      std::span<const std::string> document_path) const override {
    const auto name = qualified(*this, table_alias, column.name);
    switch (column.type) {
      case ColumnType::instant:
        return in_utc(name);
      case ColumnType::local_time:
        if (document_path.empty())
          return "to_char(" + name + ", " + std::string(kLocalFormat) + ")";
        return in_utc(document_text(qualified(*this, table_alias, "value"), document_path) +
                      "::timestamptz");
      case ColumnType::minute_millis:
        return "(" + value_of(table_alias, column) + ")::text";
      case ColumnType::document:
        // json keeps the line breaks it was written with; jsonb has none.
        return column.type_name == "json" ? name + "::jsonb::text" : name + "::text";
      default:
        return name + "::text";
    }
  }

  // A timestamp's own text is exact under DateStyle ISO, which every statement has, and takes a
  // tenth of what to_char() takes.
  std::string as_cursor(std::string_view table_alias, const Column& column) const override {
    const bool timestamp =
        column.type == ColumnType::instant || column.type == ColumnType::local_time;
    if (timestamp) return qualified(*this, table_alias, column.name) + "::text";
    return as_text(table_alias, column, {});
  }

  // Reading a text as a date and writing it again costs as much as opening its document.
  std::string instant_as_written(std::string_view table_alias, const Column& column,
                                 std::span<const std::string> document_path) const override {
    if (!opens_documents(column, document_path)) return {};
    return document_text(qualified(*this, table_alias, "value"), document_path);
  }

  // The empty path leads to the document itself. Each other path into the column would decompress
  // it once more.
  std::string opened_document(std::string_view table_alias, const Column& column) const override {
    if (column.type != ColumnType::document || column.type_name != "jsonb") return {};
    return qualified(*this, table_alias, column.name) + " #> '{}'::text[]";
  }

  std::string stored_bytes(std::string_view table_alias, const Column& column) const override {
    return "pg_column_size(" + qualified(*this, table_alias, column.name) + ")";
  }

  std::string document_text(std::string_view column_expression,
                            std::span<const std::string> path) const override {
    std::string steps;
    for (const auto& step : path) steps += (steps.empty() ? "" : ", ") + literal(step);
    return "(" + std::string(column_expression) + " #>> ARRAY[" + steps + "]::text[])";
  }

 private:
  void compare_column(SqlWriter& writer, std::string_view table_alias, const Column& column,
                      Comparison comparison, Instant instant) const {
    writer.text(qualified(*this, table_alias, column.name));
    writer.text(sign(comparison)).bind_as(column, instant);
  }

  // The column holds the local time of a session that we don't know. A bound that is wider by the
  // greatest offset keeps the column's index; within it the document decides about the rows that
  // the condition of `write_accepted` does not accept.
  template <class WriteAccepted>
  void bound_or_document(SqlWriter& writer, std::string_view table_alias, const Column& column,
                         std::span<const std::string> document_path, Comparison comparison,
                         Instant instant, const WriteAccepted& write_accepted) const {
    writer.text("(");
    bound_instant(writer, table_alias, column, comparison, instant);
    writer.text(" AND CASE WHEN ");
    write_accepted();
    writer.text(" THEN true ELSE ");
    writer.text(document_text(qualified(*this, table_alias, "value"), document_path));
    writer.text("::timestamptz").text(sign(comparison)).bind(instant).text(" END)");
  }
};

}  // namespace

const Dialect& postgres_dialect() {
  static const PostgresDialect dialect;
  return dialect;
}

}  // namespace winnow::database
