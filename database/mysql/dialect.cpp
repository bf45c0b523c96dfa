#include "database/mysql/dialect.h"

#include <bit>
#include <utility>

#include "document/strings.h"

namespace winnow::database {
namespace {

// Up to here a condition's list is written out, which lets the server make ranges of it together
// with other columns; it compares a list of many hundreds row by row (docs/measurements.md), so
// longer ones are joined.
constexpr std::size_t kWrittenOut = 16;

// A deletion's list is written out up to here, twice: the server takes 65,535 values in a
// statement.
constexpr std::size_t kWrittenOutToDelete = 8'192;
// Ranges of so many keys take more memory than the server allows them by default, and it would
// scan.
constexpr std::string_view kRoomForRanges = "SET_VAR(range_optimizer_max_mem_size = 0)";

// `deleted` in a join: a list of its two values, because MySQL reads an index by several columns
// only where each is equal to something.
constexpr std::string_view kBothDeleted =
    "JSON_TABLE('[0, 1]', '$[*]' COLUMNS (v tinyint PATH '$')) AS marks";

// The bytes of a text in UTF-8, in which it travels, whatever the character set of its column.
constexpr std::string_view kLettersOf = "CAST(CONVERT(";
constexpr std::string_view kAsBytes = " USING utf8mb4) AS BINARY)";

// Under the session's sql_mode a backslash escapes (client/session.cpp).
std::string literal(std::string_view text) {
  std::string result = "'";
  for (const char character : text) {
    if (character == '\'' || character == '\\') result += '\\';
    result += character;
  }
  return result + "'";
}

// MySQL names a collation by its character set first.
std::string charset_of(const std::string& collation) {
  return collation.substr(0, collation.find('_'));
}

// What a joined list is compared as: the column's own collation, or bytes inside a document; two
// collations side by side are error 1267.
std::string list_type(const Column& column) {
  const auto collation = column.collation.empty() ? "utf8mb4_bin" : column.collation;
  const auto length = column.type_name.starts_with("varchar") ? column.type_name : "varchar(1024)";
  return length + " CHARACTER SET " + charset_of(collation) + " COLLATE " + collation;
}

// The list as a table with a column `v`.
void write_list(SqlWriter& writer, const Column& column, TextList values,
                std::string_view alias = "listed") {
  writer.text("JSON_TABLE(").bind(std::move(values)).text(", '$[*]' COLUMNS (v ");
  writer.text(list_type(column)).text(" PATH '$')) AS ").text(alias);
}

void write_in_list(SqlWriter& writer, std::string_view expression, const Column& column,
                   TextList values) {
  writer.text(expression).text(" IN (SELECT listed.v FROM ");
  write_list(writer, column, std::move(values));
  writer.text(")");
}

// The same with the values, of which there has to be one, written out.
void write_values(SqlWriter& writer, std::string_view expression, const Column& column,
                  TextList values) {
  const char* separator = " IN (";
  writer.text(expression);
  for (auto& value : values) {
    writer.text(std::exchange(separator, ", ")).bind_as(column, std::move(value));
  }
  writer.text(")");
}

bool has_letters(const Column& column) {
  return column.type == ColumnType::text;
}

// Beside a list that finds rows by the column's collation: only those whose text is the listed one,
// letter by letter. Where the table of executions has a stricter collation than this one, the
// others are rows of another execution.
void write_letter_by_letter(SqlWriter& writer, const Column& column) {
  if (!has_letters(column)) return;
  const auto& dialect = writer.dialect();
  writer.text(" AND " + dialect.letters(qualified(dialect, "t", column.name)) + " = " +
              dialect.letters("listed.v"));
}

// The same beside a list that is written out. Values travel in UTF-8, and beside bytes they are
// compared as bytes.
void write_letters_among(SqlWriter& writer, const std::string& name, TextList keys) {
  const auto letters = " AND " + writer.dialect().letters(name);
  if (keys.empty()) {
    writer.text(letters + " IS NULL");
    return;
  }
  write_values(writer, letters, document_string(), std::move(keys));
}

bool marks_deleted(const Table& table) {
  return table.column("deleted") != nullptr;
}

// The keys as often as a power of two has it, so that batches of about a size are one text, which
// stays prepared. What a list has twice it has once.
TextList padded(TextList keys) {
  keys.reserve(std::bit_ceil(keys.size()));
  while (!std::has_single_bit(keys.size())) keys.push_back(keys.back());
  return keys;
}

// An index on (deleted, column) serves only where both are equal to something.
bool pairs_with_deleted(const Table& table, const Column& column) {
  return marks_deleted(table) && table.index_on({"deleted", column.name}) != nullptr;
}

}  // namespace

const Index* mysql_index_by(const Table& table, const Column& column) {
  const auto* index = marks_deleted(table) ? table.index_on({"deleted", column.name}) : nullptr;
  return index != nullptr ? index : table.index_on({column.name});
}

std::string MysqlDialect::quoted(std::string_view identifier) const {
  return document::quoted(identifier, '`');
}

std::string MysqlDialect::placeholder(std::size_t /*ordinal*/, const Parameter& /*value*/) const {
  return "?";
}

std::string MysqlDialect::placeholder_as(std::size_t /*ordinal*/, const Column& column,
                                         const Parameter& value) const {
  // Texts stand for values of other types in cursors; the rest is bound as what it is.
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return "?";
  switch (column.type) {
    case ColumnType::boolean:
      return "(? IN ('true', '1'))";
    case ColumnType::integer:
      return "CAST(? AS SIGNED)";
    case ColumnType::number:
      return "CAST(? AS DOUBLE)";
    case ColumnType::instant:
      return "CAST(? AS DATETIME(6))";
    case ColumnType::enumeration:
      // An ENUM is ordered by its labels' places, and compared so with a number alone (as_cursor).
      return column.can_hold(*text) ? "?" : "CAST(? AS UNSIGNED)";
    default:
      return "?";
  }
}

void MysqlDialect::any_of(SqlWriter& writer, std::string_view expression, const Column& column,
                          TextList values) const {
  if (values.empty()) {
    writer.text("FALSE");
    return;
  }
  const bool text = column.type == ColumnType::text || column.type == ColumnType::other;
  if (lists_are_tables() && text && values.size() > kWrittenOut) {
    write_in_list(writer, expression, column, std::move(values));
    return;
  }
  write_values(writer, expression, column, std::move(values));
}

void MysqlDialect::any_key(SqlWriter& writer, std::string_view table_alias, const Table& table,
                           const Column& column, TextList keys, DeletedRows deleted_rows) const {
  const auto name = qualified(*this, table_alias, column.name);
  const bool by_letters = has_letters(column);
  if (!lists_are_tables()) {
    Dialect::any_key(writer, table_alias, table, column, keys, deleted_rows);
    if (by_letters) write_letters_among(writer, name, std::move(keys));
    return;
  }
  const bool pairs = deleted_rows == DeletedRows::included && pairs_with_deleted(table, column);
  if (!pairs) name_deleted(writer, table_alias, table, column, deleted_rows);
  // As a list also where it is short: a plan is made for the statement that is sent.
  writer.text("(" + (pairs ? qualified(*this, table_alias, "deleted") + ", " : "") + name);
  if (by_letters) writer.text(", " + letters(name));
  writer.text(pairs ? ") IN (SELECT marks.v, listed.v" : ") IN (SELECT listed.v");
  if (by_letters) writer.text(", " + letters("listed.v"));
  writer.text(" FROM ");
  write_list(writer, column, std::move(keys));
  if (pairs) writer.text(" JOIN ").text(kBothDeleted);
  writer.text(")");
}

void MysqlDialect::starts_with(SqlWriter& writer, std::string_view expression,
                               std::string prefix) const {
  std::string pattern;
  for (const char character : prefix) {
    if (character == '%' || character == '_' || character == '|') pattern += '|';
    pattern += character;
  }
  writer.text(expression).text(" LIKE ").bind(pattern + "%").text(" ESCAPE '|'");
}

// A collation takes letters of either case, accents and spaces at the end for equal: it finds the
// rows by an index, and the text of a JSON string, which is compared by its bytes, decides.
void MysqlDialect::exactly_any_of(SqlWriter& writer, std::string_view expression,
                                  const Column& column, TextList values) const {
  if (column.type == ColumnType::enumeration || values.empty()) {
    return Dialect::exactly_any_of(writer, expression, column, std::move(values));
  }
  writer.text("(");
  Dialect::exactly_any_of(writer, expression, column, values);
  writer.text(" AND JSON_CONTAINS(").bind(std::move(values));
  writer.text(", JSON_QUOTE(").text(expression).text(")))");
}

// The prefix makes a range of an index, by the column's collation.
void MysqlDialect::fits(SqlWriter& writer, std::string_view expression,
                        const document::NamePattern& pattern) const {
  writer.text("(");
  if (auto prefix = pattern.prefix(); !prefix.empty()) {
    starts_with(writer, expression, std::move(prefix));
    writer.text(" AND ");
  }
  writer.text("REGEXP_LIKE(").text(expression).text(", ");
  writer.bind("\\A(?:" + pattern.regex() + ")\\z").text(", 'c'))");
}

void MysqlDialect::has_label(SqlWriter& writer, std::string_view table_alias, std::string_view key,
                             std::string_view value) const {
  writer.text("JSON_CONTAINS(" + qualified(*this, table_alias, "value"));
  writer.text(", JSON_OBJECT('key', ").bind(std::string(key));
  writer.text(", 'value', ").bind(std::string(value)).text("), '$.labels')");
}

std::string MysqlDialect::index_hint(std::span<const IndexChoice> choices) const {
  std::string hint;
  for (const auto& choice : choices) {
    hint += (hint.empty() ? "/*+ INDEX(" : " INDEX(") + quoted(choice.table_alias) + " " +
            quoted(choice.index) + ")";
  }
  return hint.empty() ? hint : hint + " */ ";
}

// An index leads to each row by its primary key, which for Kestra's random ids is a page anywhere.
std::string MysqlDialect::scan_hint(std::string_view table_alias) const {
  return "/*+ NO_INDEX(" + quoted(table_alias) + ") */ ";
}

// For some 300,000 keys. What does not fit (256 KB by default) goes through files, which takes a
// fifth of the time of such a count. It is taken as it is needed.
std::string_view MysqlDialect::room_for_a_join() const {
  return "/*+ SET_VAR(join_buffer_size = 33554432) */ ";
}

std::string MysqlDialect::as_text(std::string_view table_alias, const Column& column,
                                  std::span<const std::string> /*document_path*/) const {
  const auto name = qualified(*this, table_alias, column.name);
  switch (column.type) {
    case ColumnType::boolean:
      return "CASE " + name + " WHEN 1 THEN 'true' WHEN 0 THEN 'false' END";
    case ColumnType::instant:
      return "DATE_FORMAT(" + name + ", '%Y-%m-%dT%H:%i:%s.%fZ')";
    case ColumnType::text:
      return name;
    default:
      return "CAST(" + name + " AS CHAR)";
  }
}

std::string MysqlDialect::as_cursor(std::string_view table_alias, const Column& column) const {
  const auto name = qualified(*this, table_alias, column.name);
  switch (column.type) {
    case ColumnType::text:
      return name;
    case ColumnType::enumeration:
      return "CAST(" + name + " + 0 AS CHAR)";
    case ColumnType::number:
      // A FLOAT's own text has six digits, which is not the number.
      return "CAST(CAST(" + name + " AS DOUBLE) AS CHAR)";
    default:
      return "CAST(" + name + " AS CHAR)";
  }
}

std::string MysqlDialect::stored_bytes(std::string_view table_alias, const Column& column) const {
  return "LENGTH(" + qualified(*this, table_alias, column.name) + ")";
}

// The index finds what the collation takes for the same, and the letters decide.
std::string MysqlDialect::is_key(const Column& column, const std::string& key,
                                 const std::string& expression) const {
  const auto& collation = column.collation;
  if (collation.empty()) return Dialect::is_key(column, key, expression);
  return key + " = CONVERT(" + expression + " USING " + charset_of(collation) + ") COLLATE " +
         quoted(collation) + " AND " + letters("lower(" + key + ")") + " = " +
         letters("lower(" + expression + ")");
}

std::string MysqlDialect::letters(std::string expression) const {
  return std::string(kLettersOf).append(expression).append(kAsBytes);
}

std::string MysqlDialect::document_text(std::string_view column_expression,
                                        std::span<const std::string> path) const {
  std::string steps = "$";
  for (const auto& step : path) {
    steps += ".\"";
    for (const char character : step) {
      if (character == '"' || character == '\\') steps += '\\';
      steps += character;
    }
    steps += '"';
  }
  const auto found = "JSON_EXTRACT(" + std::string(column_expression) + ", " + literal(steps) + ")";
  // JSON's null would come out as the text `null`.
  return "(CASE JSON_TYPE(" + found + ") WHEN 'NULL' THEN NULL ELSE JSON_UNQUOTE(" + found +
         ") END)";
}

// The list is read first, and for each key the index: a plan that is the same for one key and for
// ten thousand. The index is named, because a server that takes a table for an empty one reads all
// of it, and waits for rows that it does not look for.
void MysqlDialect::begin_deletion(SqlWriter& writer, const Index* index, const Column& column,
                                  TextList keys) const {
  writer.text("DELETE ");
  if (index != nullptr) {
    const IndexChoice choice{.table_alias = "t", .index = index->name};
    writer.text(index_hint({&choice, 1}));
  }
  writer.text("t FROM ");
  write_list(writer, column, std::move(keys));
  writer.text(" STRAIGHT_JOIN ");
}

// The server deletes each row where it meets it, which takes a third less than a list that is
// joined: of a join it keeps the rows' addresses first, and looks each up again
// (docs/measurements.md).
Statement MysqlDialect::delete_by_keys(const Table& table, const Column& column, TextList keys,
                                       DeletedRows deleted_rows) const {
  const auto* index =
      names_deleted(table, column) ? mysql_index_by(table, column) : table.index_on({column.name});
  // A text of another character set is compared as that by the server, which leads to no index.
  const bool written_out = index != nullptr && column.collation.starts_with("utf8mb4_") &&
                           !keys.empty() && keys.size() <= kWrittenOutToDelete;
  if (!written_out) return delete_joined(table, column, std::move(keys), deleted_rows);
  keys = padded(std::move(keys));
  SqlWriter writer(*this);
  writer.text("DELETE /*+ INDEX(" + quoted("t") + " " + quoted(index->name) + ") ");
  writer.text(kRoomForRanges).text(" */ FROM ").table(table).text(" AS t WHERE ");
  name_deleted(writer, "t", table, column, deleted_rows);
  const auto name = qualified(*this, "t", column.name);
  write_values(writer, name, column, keys);
  if (has_letters(column)) write_letters_among(writer, name, std::move(keys));
  return writer.take();
}

Statement MysqlDialect::delete_joined(const Table& table, const Column& column, TextList keys,
                                      DeletedRows deleted_rows) const {
  const bool pairs = deleted_rows == DeletedRows::included && pairs_with_deleted(table, column);
  SqlWriter writer(*this);
  begin_deletion(writer, mysql_index_by(table, column), column, std::move(keys));
  if (pairs) writer.text(kBothDeleted).text(" STRAIGHT_JOIN ");
  writer.table(table).text(" AS t ON " + qualified(*this, "t", column.name) + " = listed.v");
  write_letter_by_letter(writer, column);
  if (pairs) {
    writer.text(" AND " + qualified(*this, "t", "deleted") + " = marks.v");
  } else if (marks_deleted(table)) {
    writer.text(" AND " + qualified(*this, "t", "deleted"));
    writer.text(deleted_rows == DeletedRows::included ? " IN (false, true)" : " = false");
  }
  return writer.take();
}

// As delete_by_keys. With the values written out MySQL reads all rows that have one of them.
std::optional<Statement> MysqlDialect::delete_by_pairs(const Table& table, const Column& first,
                                                       const TextList& values, const Column& column,
                                                       const TextList& keys) const {
  const auto* index = table.index_on({first.name, column.name});
  if (index == nullptr) return std::nullopt;
  SqlWriter writer(*this);
  begin_deletion(writer, index, column, keys);
  write_list(writer, first, values, "firsts");
  writer.text(" STRAIGHT_JOIN ").table(table).text(" AS t ON ");
  writer.text(qualified(*this, "t", column.name) + " = listed.v AND ");
  writer.text(qualified(*this, "t", first.name) + " = firsts.v");
  write_letter_by_letter(writer, column);
  return writer.take();
}

}  // namespace winnow::database
