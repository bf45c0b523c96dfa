#include "database/mysql/plan.h"

#include <algorithm>

#include "database/texts.h"
#include "document/strings.h"

namespace winnow::database {
namespace {

// EXPLAIN's columns.
constexpr std::size_t kTable = 2;
constexpr std::size_t kType = 4;
constexpr std::size_t kKey = 6;
constexpr std::size_t kRows = 9;
constexpr std::size_t kFiltered = 10;
constexpr std::size_t kExtra = 11;
// SHOW WARNINGS' columns.
constexpr std::size_t kMessage = 2;

// Not a table: a list that the statement brings, or what another step made (`<derived2>`).
bool is_made_up(const std::string& table, const std::string& extra) {
  return table.empty() || table.front() == '<' || extra.find("Table function") != std::string::npos;
}

// "`executions`" out of "... `kestra`.`executions` `e` ...", where `e` is the alias.
std::string table_of(const std::string& alias, const std::string& rewritten) {
  const auto at = rewritten.find("` `" + alias + "`");
  if (at == std::string::npos) return alias;
  const auto begin = rewritten.rfind('`', at - 1);
  return begin == std::string::npos ? alias : rewritten.substr(begin + 1, at - begin - 1);
}

}  // namespace

std::string mysql_reading_of(std::string_view deletion) {
  constexpr std::string_view kDelete = "DELETE ";
  constexpr std::string_view kHintBegins = "/*+ ";
  constexpr std::string_view kHintEnds = " */ ";
  if (!deletion.starts_with(kDelete)) return {};
  auto rest = deletion.substr(kDelete.size());
  std::string reading = "SELECT ";
  if (rest.starts_with(kHintBegins)) {
    const auto end = rest.find(kHintEnds) + kHintEnds.size();
    reading += rest.substr(0, end);
    rest.remove_prefix(end);
  }
  // What stands before it is the alias of the table.
  rest.remove_prefix(rest.find("FROM "));
  return reading.append("1 ").append(rest);
}

void MysqlPlanReader::add_step(const Row& row) {
  const auto table = cell_of(row, kTable);
  const auto type = cell_of(row, kType);
  const auto extra = cell_of(row, kExtra);
  if (!plan_.text.empty()) plan_.text += "\n";
  plan_.text += table.empty() ? extra : table + ": " + type;
  if (table.empty()) return;
  const auto key = cell_of(row, kKey);
  if (!key.empty()) plan_.text += " using " + key;
  plan_.text += " (rows " + cell_of(row, kRows) + ")";
  if (!extra.empty()) plan_.text += " " + extra;
  if (is_made_up(table, extra)) return;
  const auto rows = document::number_of<double>(cell_of(row, kRows));
  const auto filtered = document::number_of<double>(cell_of(row, kFiltered));
  if (!plan_.rows && rows && filtered) {
    plan_.rows = static_cast<std::int64_t>(*rows * *filtered / 100);
  }
  if (type == "ALL") add_once(scanned_, table);
  // Of several at once: "index_a,index_b".
  for (const auto name : document::split(key, ',')) add_once(plan_.indexes, name);
}

void MysqlPlanReader::add_note(const Row& row) {
  rewritten_ += cell_of(row, kMessage);
}

void MysqlPlanReader::add_statement(std::string_view sql) {
  constexpr std::string_view kAs = "` AS ";
  for (auto at = sql.find(kAs); at != std::string_view::npos; at = sql.find(kAs, at + 1)) {
    const auto begin = sql.rfind('`', at - 1);
    const auto alias = at + kAs.size();
    if (begin == std::string_view::npos) continue;
    const auto end = std::min(sql.find_first_of(" ,)", alias), sql.size());
    rewritten_ += std::string(sql.substr(begin, at + 1 - begin)) + " `" +
                  std::string(sql.substr(alias, end - alias)) + "`, ";
  }
}

QueryPlan MysqlPlanReader::take() {
  for (const auto& alias : scanned_) add_once(plan_.scans, table_of(alias, rewritten_));
  return std::move(plan_);
}

}  // namespace winnow::database
