#include "tasks/purge/far_rows.h"

#include <algorithm>
#include <string>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/purge/shards.h"

namespace winnow::tasks {

using database::AfterBatch;
using database::Connection;

Outcome<void> FarRows::remove(const std::vector<RowStep>& steps,
                              const std::vector<BatchRow>& rows) {
  if (rows.empty()) return {};
  if (!connection_) {
    WINNOW_TRY(connection_, ReconnectingConnection::open(context_));
  }
  for (const auto& step : steps) {
    if (!step.far || step.empty) continue;
    WINNOW_TRY(const auto found, find(step, rows));
    for (auto from = found.begin(); from != found.end();) {
      const auto to = std::find_if(from, found.end(),
                                   [&](const BatchRow& row) { return row.shard != from->shard; });
      WINNOW_CHECK(remove_found(step, {from, to}));
      from = to;
    }
  }
  return {};
}

// Those of one shard together.
Outcome<std::vector<BatchRow>> FarRows::find(const RowStep& step,
                                             const std::vector<BatchRow>& rows) {
  return connection_->read([&](Connection& connection) -> Outcome<std::vector<BatchRow>> {
    std::vector<BatchRow> found;
    WINNOW_CHECK(connection.query(statements_.find_far(step, rows), [&](const database::Row& row) {
      BatchRow far{.key = std::string(row.text(0).value_or(""))};
      if (const auto place = row.text(1)) far.place = std::make_shared<const std::string>(*place);
      found.push_back(std::move(far));
      return true;
    }));
    WINNOW_CHECK(order_by_shard(connection, *step.table, found));
    return found;
  });
}

Outcome<void> FarRows::remove_found(const RowStep& step, const std::vector<BatchRow>& found) {
  std::int64_t removed = 0;
  const RetriedOperation removing{
      .run = [&](Connection& connection) -> Outcome<void> {
        removed = 0;
        WINNOW_CHECK(connection.begin());
        const std::vector<database::Statement> deletion{statements_.delete_far(step, found)};
        WINNOW_TRY(const auto changed, connection.execute(deletion, AfterBatch::stay_open));
        removed = changed.front();
        WINNOW_CHECK(connection.execute({}, AfterBatch::commit));
        return {};
      },
      .verify = [&](Connection& connection) -> Outcome<bool> {
        WINNOW_TRY(const auto left,
                   database::count_of(connection, statements_.count_far(step, found)));
        return left == 0;
      },
      .divisible = true};
  auto done = connection_->retry(removing);
  if (done) {
    ledger_.add(step.step->counter, removed);
    return {};
  }
  if (done.error().commit_in_doubt) {
    ledger_.doubt(step.step->counter, removed);
    // Not what became of the rows that are still held.
    done.error().commit_in_doubt = false;
  }
  return done;
}

}  // namespace winnow::tasks
