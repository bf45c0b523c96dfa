// Runs the SQL files of one engine and version statement by statement.
#include "tools/sample/schema.h"

#include <algorithm>

#include "tools/sample/schema_files.h"

namespace winnow::sample {
namespace {

// Which files, in this order, make a version. PostgreSQL's later files start from the version
// before, as Kestra's migrations do, so that a reader sees what changed.
std::vector<std::string> files_of(std::string_view engine, std::string_view version) {
  if (engine == "sqlite") return {"sqlite-1.1.sql"};
  if (engine == "mysql") return {"mysql-" + std::string(version) + ".sql"};
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

Outcome<std::vector<database::Statement>> statements_of(const std::string& name) {
  const auto files = schema_files();
  const auto file = std::ranges::find(files, name, &document::EmbeddedFile::name);
  if (file == files.end()) {
    return fail(FailureKind::internal, "the schema file " + name + " was not compiled in");
  }
  std::vector<database::Statement> statements;
  for (std::string& sql : split_statements(file->text)) {
    statements.push_back({.sql = std::move(sql), .parameters = {}});
  }
  return statements;
}

}  // namespace

const std::vector<std::string>& schema_versions() {
  static const std::vector<std::string> versions{"1.1", "1.3", "2.0"};
  return versions;
}

std::vector<std::string> split_statements(std::string_view sql) {
  std::vector<std::string> statements;
  std::string current;
  bool quoted = false;
  while (!sql.empty()) {
    const auto end = sql.find('\n');
    const std::string_view line = without_trailing_space(sql.substr(0, end));
    sql.remove_prefix(end == std::string_view::npos ? sql.size() : end + 1);
    if (!quoted && is_comment_or_blank(line)) continue;
    if (count_dollar_quotes(line) % 2 == 1) quoted = !quoted;
    const bool last = !quoted && line.ends_with(';');
    if (!current.empty()) current += '\n';
    current += last ? line.substr(0, line.size() - 1) : line;
    if (last) statements.push_back(std::exchange(current, {}));
  }
  if (!current.empty()) statements.push_back(std::move(current));
  return statements;
}

Outcome<void> create_schema(database::Connection& connection, std::string_view version) {
  if (std::ranges::find(schema_versions(), version) == schema_versions().end()) {
    return fail(FailureKind::configuration,
                "no schema of Kestra " + std::string(version) + ": use 1.1, 1.3 or 2.0");
  }
  std::vector<database::Statement> statements;
  for (const std::string& name : files_of(connection.dialect().name(), version)) {
    auto more = statements_of(name);
    if (!more) return fail(std::move(more.error()));
    std::ranges::move(*more, std::back_inserter(statements));
  }
  if (const auto begun = connection.begin(); !begun) return begun;
  const auto done = connection.execute(statements, database::AfterBatch::commit);
  if (!done) return fail(done.error());
  return {};
}

}  // namespace winnow::sample
