#include "database/sqlite/plan.h"

#include <algorithm>
#include <cctype>
#include <set>

#include "database/texts.h"

namespace winnow::database {
namespace {

std::string word_after(std::string_view text, std::string_view before) {
  const auto at = text.find(before);
  if (at == std::string_view::npos) return {};
  const auto rest = text.substr(at + before.size());
  return std::string(rest.substr(0, rest.find_first_of(" (")));
}

bool is_word(char character) {
  return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
}

// Whether `table`, quoted or not, is followed by `alias` (with AS or without) somewhere in the
// statement.
bool has_alias(std::string_view sql, const std::string& table, const std::string& alias) {
  for (auto at = sql.find(table); at != std::string_view::npos; at = sql.find(table, at + 1)) {
    if (at > 0 && is_word(sql[at - 1])) continue;
    auto rest = sql.substr(at + table.size());
    const auto skip = [&rest](std::string_view unwanted) {
      rest.remove_prefix(std::min(rest.find_first_not_of(unwanted), rest.size()));
    };
    if (!rest.empty() && is_word(rest.front())) continue;
    skip("\"' \n");
    if (rest.starts_with("AS ") || rest.starts_with("as ")) rest.remove_prefix(3);
    skip("\" ");
    if (!rest.starts_with(alias)) continue;
    if (rest.size() == alias.size() || !is_word(rest[alias.size()])) return true;
  }
  return false;
}

// The table that a plan's name stands for; empty for a subquery or a list.
std::string table_of(const std::string& name, const std::vector<std::string>& tables,
                     std::string_view sql) {
  if (std::ranges::find(tables, name) != tables.end()) return name;
  const auto found = std::ranges::find_if(
      tables, [&](const std::string& table) { return has_alias(sql, table, name); });
  return found == tables.end() ? std::string() : *found;
}

}  // namespace

QueryPlan sqlite_plan(const std::vector<std::string>& details,
                      const std::vector<std::string>& tables, std::string_view sql) {
  QueryPlan plan;
  std::set<std::string> subqueries;
  for (const auto& detail : details) {
    subqueries.insert(word_after(detail, "CO-ROUTINE "));
    subqueries.insert(word_after(detail, "MATERIALIZE "));
  }
  for (const auto& detail : details) {
    plan.text += (plan.text.empty() ? "" : "\n") + detail;
    const bool automatic = detail.find("USING AUTOMATIC") != std::string::npos;
    if (!automatic) {
      add_once(plan.indexes, word_after(detail, "USING INDEX "));
      add_once(plan.indexes, word_after(detail, "USING COVERING INDEX "));
    }
    const bool uses_index = detail.find(" USING ") != std::string::npos && !automatic;
    const auto name = word_after(detail, automatic ? "SEARCH " : "SCAN ");
    if (uses_index || detail.find("VIRTUAL TABLE") != std::string::npos ||
        subqueries.contains(name))
      continue;
    add_once(plan.scans, table_of(name, tables, sql));
  }
  return plan;
}

}  // namespace winnow::database
