#include "tasks/selection/contents.h"

#include <algorithm>
#include <string>

namespace winnow::tasks {

using database::SqlWriter;
using database::Statement;

bool marks_lead(const database::Table& table, const database::Column& column) {
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const auto& index) {
    return index.ordered && !index.partial && index.columns.size() > 1 &&
           index.columns[0] == "deleted" && index.columns[1] == column.name;
  });
}

// The order makes every server take the index: one that believes marked rows to be frequent would
// look for the first from the beginning of the table, and read all of it where there is none.
Statement asking(const database::Dialect& dialect, std::span<const Question> questions) {
  SqlWriter writer(dialect);
  for (std::size_t at = 0; at < questions.size(); ++at) {
    const auto& question = questions[at];
    const auto number = std::to_string(at);
    writer.text(at == 0 ? "" : " UNION ALL ");
    writer.text("SELECT " + number + " FROM (SELECT 1 AS one FROM ").table(*question.table);
    if (question.marked_by != nullptr) {
      writer.text(" WHERE ").identifier("deleted").text(" = true ORDER BY ");
      writer.identifier(question.marked_by->name);
    }
    writer.text(" LIMIT 1) AS found_" + number);
  }
  return writer.take();
}

std::optional<std::vector<bool>> ask(database::Connection& connection,
                                     std::span<const Question> questions) {
  std::vector<bool> answers(questions.size(), false);
  if (questions.empty()) return answers;
  const auto asked =
      connection.query(asking(connection.dialect(), questions), [&](const database::Row& row) {
        answers[std::stoul(std::string(row.text(0).value_or("0")))] = true;
        return true;
      });
  if (!asked) return std::nullopt;
  return answers;
}

}  // namespace winnow::tasks
