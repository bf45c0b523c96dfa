#include "tasks/purge/few_rows.h"

#include <algorithm>

#include "database/texts.h"
#include "tasks/selection/match.h"

namespace winnow::tasks {
namespace {

using database::SqlWriter;
using database::Statement;

constexpr std::int64_t kFew = 5'000;

// Which execution each row belongs to.
Statement owners(const database::Dialect& dialect, const RowStep& step) {
  SqlWriter writer(dialect);
  writer.text("SELECT " + parent_key(dialect, step.step->match) + " FROM ")
      .table(*step.table)
      .text(" AS t");
  if (step.only_column != nullptr) {
    writer.text(" WHERE ");
    dialect.any_of(writer, database::qualified(dialect, "t", step.only_column->name),
                   *step.only_column, step.only_values);
  }
  writer.text(" LIMIT ").bind(kFew + 1);
  return writer.take();
}

bool is_worth_it(const RowStep& step) {
  const auto expected = step.table->estimated_rows;
  return may_be_late(step) && !step.step->written_once && !step.empty && !step.far &&
         expected > 0 && expected <= kFew;
}

}  // namespace

std::vector<BatchRow> with_dependents(const RowStep& step, const std::vector<BatchRow>& rows) {
  if (step.owners == nullptr) return rows;
  std::vector<BatchRow> found;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(found),
               [&](const BatchRow& row) { return step.owners->contains(row.key); });
  return found;
}

void look_into_small_tables(database::Connection& connection, std::vector<RowStep>& steps) {
  if (connection.dialect().merges_shards()) return;
  for (auto& step : steps) {
    step.owners = nullptr;
    if (!is_worth_it(step)) continue;
    const auto found = database::texts_of(connection, owners(connection.dialect(), step));
    if (!found || std::ssize(*found) > kFew) continue;
    step.owners = std::make_shared<const RowStep::Owners>(found->begin(), found->end());
  }
}

}  // namespace winnow::tasks
