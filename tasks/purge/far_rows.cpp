#include "tasks/purge/far_rows.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "database/texts.h"
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
  Removed removed;
  const RetriedOperation removing{
      .run = [&](Connection& connection) -> Outcome<void> {
        WINNOW_CHECK(take_back(context_.receipts, removed.receipt));
        removed = {};
        return try_to_remove(connection, step, found, removed);
      },
      .verify = [&](Connection& connection) -> Outcome<bool> {
        WINNOW_TRY(const auto left,
                   database::texts_of(connection, statements_.lock_far(step, found)));
        return left.empty();
      },
      .divisible = true};
  auto done = connection_->retry(removing);
  if (done) {
    ledger_.add(step.step->counter, removed.rows);
    return removed.receipt ? context_.receipts->committed(*removed.receipt) : Outcome<void>{};
  }
  if (done.error().commit_in_doubt) {
    ledger_.doubt(step.step->counter, removed.rows);
    // Not what became of the rows that are still held.
    done.error().commit_in_doubt = false;
  } else {
    // The failure itself is what matters.
    static_cast<void>(take_back(context_.receipts, removed.receipt));
  }
  return done;
}

// A receipt names the very rows that go: they are locked for it.
Outcome<void> FarRows::try_to_remove(Connection& connection, const RowStep& step,
                                     std::vector<BatchRow> found, Removed& removed) {
  WINNOW_CHECK(connection.begin());
  auto receipt = receipt_;
  if (context_.receipts != nullptr) {
    WINNOW_TRY(receipt.keys, database::texts_of(connection, statements_.lock_far(step, found)));
    const std::set<std::string_view> there(receipt.keys.begin(), receipt.keys.end());
    std::erase_if(found, [&](const BatchRow& row) { return !there.contains(row.key); });
    if (found.empty()) return connection.rollback();
  }
  const std::vector<database::Statement> deletion{statements_.delete_far(step, found)};
  WINNOW_TRY(const auto changed, connection.execute(deletion, AfterBatch::stay_open));
  removed.rows = changed.front();
  if (context_.receipts != nullptr) {
    receipt.table = step.table->name;
    receipt.counts = {{step.step->counter, removed.rows}};
    receipt.transaction = connection.transaction_name();
    WINNOW_TRY(removed.receipt, context_.receipts->before_commit(std::move(receipt)));
  }
  WINNOW_CHECK(connection.execute({}, AfterBatch::commit));
  return {};
}

}  // namespace winnow::tasks
