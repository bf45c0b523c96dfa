// Runs the SQL files of one engine and version statement by statement.
#include "tools/sample/schema.h"

#include <algorithm>

#include "outcome/try.h"
#include "tools/sample/schema_files.h"

namespace winnow::sample {
namespace {

// The files of a version, in order. PostgreSQL's later files start from the previous version, like
// Kestra's migrations; MySQL's single file contains every version.
std::vector<std::string> files_of(std::string_view engine, std::string_view version) {
  if (engine == "sqlite") return {"sqlite-1.1.sql"};
  if (engine == "mysql") return {"mysql.sql"};
  std::vector<std::string> files;
  for (const std::string& step : schema_versions()) {
    files.push_back("postgres-" + step + ".sql");
    if (step == version) break;
  }
  return files;
}

std::string_view without_trailing_space(std::string_view line) {
  const auto last = line.find_last_not_of(" \t\r");
  return last == std::string_view::npos ? std::string_view{} : line.substr(0, last + 1);
}

bool is_comment_or_blank(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first == std::string_view::npos || line.substr(first).starts_with("--");
}

std::size_t count_dollar_quotes(std::string_view line) {
  std::size_t count = 0;
  for (auto at = line.find("$$"); at != std::string_view::npos; at = line.find("$$", at + 2))
    ++count;
  return count;
}

// Where `-- [1.1 1.3]` begins in a line that has it.
std::size_t mark_of(std::string_view line) {
  return line.ends_with(']') ? line.rfind("-- [") : std::string_view::npos;
}

bool belongs_to(std::string_view line, std::string_view version) {
  const auto mark = mark_of(line);
  return mark == std::string_view::npos ||
         line.substr(mark).find(version) != std::string_view::npos;
}

Outcome<std::vector<database::Statement>> statements_of(const std::string& name,
                                                        std::string_view version) {
  const auto files = schema_files();
  const auto file = std::ranges::find(files, name, &document::EmbeddedFile::name);
  if (file == files.end()) {
    return fail(FailureKind::internal, "the schema file " + name + " was not compiled in");
  }
  std::vector<database::Statement> statements;
  for (std::string& sql : split_statements(file->text, version)) {
    statements.push_back({.sql = std::move(sql), .parameters = {}});
  }
  return statements;
}

}  // namespace

const std::vector<std::string>& schema_versions() {
  static const std::vector<std::string> versions{"1.1", "1.3", "2.0"};
  return versions;
}

std::vector<std::string> split_statements(std::string_view sql, std::string_view version) {
  std::vector<std::string> statements;
  std::string current;
  bool quoted = false;
  bool wanted = true;  // the statement that is read
  while (!sql.empty()) {
    const auto end = sql.find('\n');
    std::string_view line = without_trailing_space(sql.substr(0, end));
    sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 1);
    const bool belongs = belongs_to(line, version);
    if (!quoted && is_comment_or_blank(line)) {
      wanted = wanted && belongs;
      continue;
    }
    if (!belongs) continue;
    line = without_trailing_space(line.substr(0, mark_of(line)));
    if (count_dollar_quotes(line) % 2 == 1) quoted = !quoted;
    const bool last = !quoted && line.ends_with(';');
    if (!current.empty()) current += '\n';
    current += last ? line.substr(0, line.size() - 1) : line;
    if (!last) continue;
    if (wanted) statements.push_back(current);
    current.clear();
    wanted = true;
  }
  return statements;
}

Outcome<void> create_schema(database::Connection& connection, std::string_view version) {
  if (std::ranges::find(schema_versions(), version) == schema_versions().end()) {
    return fail(FailureKind::configuration,
                "no schema of Kestra " + std::string(version) + ": use 1.1, 1.3 or 2.0");
  }
  std::vector<database::Statement> statements;
  for (const std::string& name : files_of(connection.dialect().name(), version)) {
    WINNOW_TRY(auto more, statements_of(name, version));
    std::ranges::move(more, std::back_inserter(statements));
  }
  WINNOW_CHECK(connection.begin());
  WINNOW_CHECK(connection.execute(statements, database::AfterBatch::commit));
  return {};
}

}  // namespace winnow::sample
