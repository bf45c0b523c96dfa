#include "tasks/orphans/row_sweep.h"

#include <algorithm>
#include <set>
#include <utility>

#include "database/texts.h"
#include "document/strings.h"
#include "tasks/selection/placement.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::Statement;
using database::TextList;

// Rows that are looked up before it is asked on which shard each lies.
constexpr std::int64_t kRowsAtOnce = 2'000;

// Batches of a page, after which the rest of it has to be smaller than before.
constexpr int kBatchesUntilALook = 16;

// A page of a walk.
struct Page {
  TextList positions;
  TextList executions;  // empty for a row without one
};

Outcome<Page> read_page(Connection& connection, const Statement& statement) {
  Page page;
  WINNOW_CHECK(connection.query(statement, [&](const database::Row& row) {
    page.positions.emplace_back(row.text(0).value_or(""));
    page.executions.emplace_back(row.text(row.size() - 1).value_or(""));
    return true;
  }));
  return page;
}

std::vector<std::string> named_executions(const Page& page) {
  std::set<std::string> executions(page.executions.begin(), page.executions.end());
  executions.erase("");
  return {executions.begin(), executions.end()};
}

// The positions of the missing executions; `missing` is sorted.
TextList positions_of(const Page& page, const std::vector<std::string>& missing) {
  TextList positions;
  for (std::size_t at = 0; at < page.positions.size(); ++at) {
    if (std::binary_search(missing.begin(), missing.end(), page.executions[at])) {
      positions.push_back(page.positions[at]);
    }
  }
  return positions;
}

// Whether the execution of a row is one of these, letter by letter; they are sorted.
bool is_of(const TextList& executions, const database::Row& row, std::size_t column) {
  return std::binary_search(executions.begin(), executions.end(), row.text(column).value_or(""));
}

// Keys that OrphanTable::keys() gives.
struct FoundKeys {
  TextList own;
  TextList others;  // of other executions than it was asked for
};

Outcome<FoundKeys> read_keys(Connection& connection, const Statement& statement,
                             const TextList& executions) {
  FoundKeys keys;
  WINNOW_CHECK(connection.query(statement, [&](const database::Row& row) {
    (is_of(executions, row, 1) ? keys.own : keys.others).emplace_back(row.text(0).value_or(""));
    return true;
  }));
  return keys;
}

}  // namespace

RowSweep::RowSweep(Sweep& sweep, const OrphanTables& tables, const OrphanRowsRequest& request)
    : sweep_(sweep),
      tables_(tables),
      request_(request),
      limits_(sweep.context().policy, "orphaned rows") {
  if (!request.expected) return;
  const auto& plan = *request.expected;
  const auto& steps = sweep.manifest().steps;
  for (const auto& table : tables) {
    for (std::size_t at = 0; at < steps.size(); ++at) {
      if (!table->is_of(steps[at])) continue;
      const RemovalWishes wishes{.planned = most_rows(plan.terms.purges[at].rows, plan.max_drift)};
      planned_.emplace(table.get(),
                       RemovalLimits(sweep.context().policy,
                                     "rows of table \"" + steps[at].table + "\"", wishes));
    }
  }
}

Outcome<void> RowSweep::run() {
  auto& progress = sweep_.context().progress;
  progress.phase = Phase::selecting;
  if (request_.expected) {
    WINNOW_CHECK(check_tables(request_.expected->terms.tables, hashes_of(sweep_.schema())));
  }
  if (request_.dry_run || limits_.any() || request_.expected) {
    const Json zero = sweep_.counters();
    WINNOW_CHECK(walk(&RowSweep::count));
    WINNOW_CHECK(check_shares());
    WINNOW_CHECK(check_plan());
    progress.rows_planned = all_going_;
    if (request_.dry_run) return {};
    sweep_.counters() = zero;
  }
  progress.phase = Phase::working;
  const auto removed = remove_all();
  tell_of_skipped();
  return removed;
}

// What a fail-over brought back lies behind the walk.
Outcome<void> RowSweep::remove_all() {
  while (true) {
    some_are_back_ = false;
    // What stays is met again.
    for (const auto& [table, rows] : stay_) add_to(sweep_.counters(), "skippedCount", -rows);
    stay_.clear();
    WINNOW_CHECK(walk(&RowSweep::remove));
    WINNOW_CHECK(sweep_.connection().retry(
        {.run = [this](Connection& connection) { return uncount_lost(connection); }}));
    if (!some_are_back_ || sweep_.is_over()) return {};
  }
}

Outcome<void> RowSweep::walk(Act act) {
  for (const auto& table : tables_) {
    for (const auto& branch : table->branches()) WINNOW_CHECK(walk_branch(*table, branch, act));
  }
  return {};
}

// Calls `act` for each page that has orphans.
Outcome<void> RowSweep::walk_branch(const OrphanTable& table, const OrphanBranch& branch, Act act) {
  std::string after;
  while (true) {
    WINNOW_TRY(const auto page, sweep_.connection().read([&](Connection& connection) {
      return read_page(connection,
                       table.page(connection.dialect(), branch, after, kExecutionsPerPage));
    }));
    if (page.positions.empty() || sweep_.is_over()) return {};
    after = page.positions.back();
    // After the page was read: an execution whose first row is on the page exists by now.
    WINNOW_TRY(auto missing, sweep_.missing(named_executions(page)));
    if (missing.empty()) continue;
    auto positions = positions_of(page, missing);
    WINNOW_CHECK((this->*act)(
        {.table = table,
         .branch = branch,
         .orphans = table.orphans(std::move(positions), TextList(std::move(missing)))}));
  }
}

Outcome<std::int64_t> RowSweep::rows_of(const Part& part, const Orphans& orphans) {
  const auto statement = part.table.count(sweep_.dialect(), part.branch, orphans);
  return sweep_.connection().read([&](Connection& connection) -> Outcome<std::int64_t> {
    std::int64_t rows = 0;
    WINNOW_CHECK(connection.query(statement, [&](const database::Row& row) {
      if (is_of(orphans.executions, row, 0)) {
        rows += document::number_of<std::int64_t>(row.text(1).value_or("")).value_or(0);
      }
      return true;
    }));
    return rows;
  });
}

Outcome<void> RowSweep::count(const Part& part) {
  WINNOW_TRY(const auto rows, rows_of(part, part.orphans));
  add_to(sweep_.counters(), part.table.counter(), rows);
  going_[&part.table] += rows;
  all_going_ += rows;
  return limits_.check_so_far(all_going_);
}

Outcome<void> RowSweep::check_shares() {
  for (const auto& table : tables_) {
    const RemovalLimits limits(sweep_.context().policy,
                               "rows of table \"" + table->table().name + "\"");
    WINNOW_CHECK(limits.check_share(going_[table.get()], [&](std::int64_t most) {
      return sweep_.connection().read([&](Connection& connection) {
        return table->selection().count_tenant(connection, most);
      });
    }));
  }
  return {};
}

std::int64_t RowSweep::going_of(const PurgeStep& step) const {
  for (const auto& [table, rows] : going_) {
    if (table->is_of(step)) return rows;
  }
  return 0;
}

// Of tables that are left out nothing goes: that counts as drift too.
Outcome<void> RowSweep::check_plan() const {
  if (!request_.expected) return {};
  const auto& plan = *request_.expected;
  const auto& steps = sweep_.manifest().steps;
  for (std::size_t at = 0; at < steps.size(); ++at) {
    WINNOW_CHECK(check_drift(plan.terms.purges[at].rows, going_of(steps[at]), plan.max_drift,
                             "rows of table \"" + steps[at].table + "\""));
  }
  return {};
}

Outcome<void> RowSweep::check_batch(const Part& part, std::int64_t rows) const {
  if (!limits_.check_number(removed_ + rows)) {
    return fail(FailureKind::limit,
                "more rows became orphans meanwhile than `policy.max-executions` of the "
                "configuration lets a run remove; the others stay");
  }
  const auto planned = planned_.find(&part.table);
  if (planned == planned_.end()) return {};
  const auto before = removed_of_.find(&part.table);
  return planned->second.check_number(rows + (before == removed_of_.end() ? 0 : before->second));
}

std::string RowSweep::plan_id() const {
  const auto& manifest = sweep_.manifest();
  auto terms = terms_of(manifest, request_, sweep_.context().policy);
  terms.tables = hashes_of(sweep_.schema());
  for (std::size_t at = 0; at < terms.purges.size(); ++at) {
    terms.purges[at].rows = going_of(manifest.steps[at]);
  }
  return tasks::plan_id(terms);
}

Outcome<void> RowSweep::remove(const Part& part) {
  if (!std::exchange(knows_executions_, true)) {
    WINNOW_CHECK(sweep_.check_executions(
        "what belongs to executions",
        "Check that the table of executions was not renamed or only partly restored; if all "
        "executions were deleted on purpose, empty the other tables yourself"));
  }
  WINNOW_CHECK(part.table.is_found_before_placed() ? remove_found(part) : remove_by_shard(part));
  // Of what a budget left nobody knows yet whether it stays.
  return sweep_.is_over() ? Outcome<void>{} : note_skipped(part);
}

// Rows that lie on one shard together: a transaction is one shard's.
Outcome<std::vector<Orphans>> RowSweep::by_shard(const Part& part) {
  const auto spread = part.table.spread();
  if (spread == Spread::not_at_all) return std::vector{part.orphans};
  const bool by_execution = spread == Spread::by_execution;
  const auto& placed = by_execution ? part.orphans.executions : part.orphans.rows;
  ShardNumbers shards(part.table.table());
  WINNOW_CHECK(sweep_.connection().retry(
      {.run = [&](Connection& connection) { return shards.ask(connection, placed); }}));
  std::map<std::int32_t, Orphans> of_shard;
  for (const auto& value : placed) {
    const auto [at, is_new] = of_shard.try_emplace(shards.of(value), part.orphans);
    auto& own = by_execution ? at->second.executions : at->second.rows;
    if (is_new) own.clear();
    own.push_back(value);
  }
  std::vector<Orphans> parts;
  parts.reserve(of_shard.size());
  for (auto& [shard, orphans] : of_shard) parts.push_back(std::move(orphans));
  return parts;
}

Outcome<void> RowSweep::remove_by_shard(const Part& part) {
  WINNOW_TRY(auto parts, by_shard(part));
  for (auto& orphans : parts) {
    WINNOW_CHECK(remove_together(
        {.table = part.table, .branch = part.branch, .orphans = std::move(orphans)}));
  }
  return {};
}

// So many rows at a time, until there are none but those that stay.
Outcome<void> RowSweep::remove_found(const Part& part) {
  TextList stay;
  while (std::ssize(stay) <= kMostKept && !sweep_.is_over()) {
    auto rows = part.orphans;
    WINNOW_TRY(rows.rows, sweep_.connection().read([&](Connection& connection) {
      return database::texts_of(connection, part.table.found(connection.dialect(), part.branch,
                                                             part.orphans, stay, kRowsAtOnce));
    }));
    if (rows.rows.empty()) return {};
    WINNOW_CHECK(remove_by_shard({.table = part.table, .branch = part.branch, .orphans = rows}));
    WINNOW_TRY(const auto left, sweep_.connection().read([&](Connection& connection) {
      return database::texts_of(
          connection, part.table.remaining(connection.dialect(), part.orphans, rows.rows));
    }));
    stay.insert(stay.end(), left.begin(), left.end());
  }
  return {};
}

// Deletes in one transaction after the other until no deletable row is left. After a failure that
// rows caused, the next transaction takes fewer; a row that fails alone stays.
Outcome<void> RowSweep::remove_together(const Part& part) {
  TextList kept;
  auto limit = request_.batch_size;
  std::optional<std::int64_t> left;
  int removed = 0;
  while (true) {
    WINNOW_TRY(const bool goes_on, sweep_.may_go_on());
    if (!goes_on) return {};
    auto batch = remove_batch(part, kept, limit);
    if (!batch) {
      if (batch.error().blame == Blame::none) return fail(std::move(batch.error()));
      if (limit > 1) {
        limit = (limit + 1) / 2;
        continue;
      }
      // A shard may have been split meanwhile.
      WINNOW_TRY(const auto parts, by_shard(part));
      if (parts.size() > 1) return remove_by_shard(part);
      WINNOW_TRY(const auto refused, refused_row(part, kept));
      if (refused.empty() || std::ssize(kept) == kMostKept) return fail(std::move(batch.error()));
      first_kept_.try_emplace(&part.table, refused, batch.error().message);
      kept.push_back(refused);
      continue;
    }
    if (batch->keys.empty() && batch->others.empty()) return {};
    kept.insert(kept.end(), batch->others.begin(), batch->others.end());
    kept.insert(kept.end(), batch->kept.begin(), batch->kept.end());
    if (!batch->kept.empty()) {
      first_kept_.try_emplace(&part.table, batch->kept.front(),
                              "a trigger or a rule of the database keeps the row, or writes it "
                              "again");
    }
    if (std::ssize(kept) > kMostKept) return {};
    if (batch->removed > 0) note_removed(part, *batch);
    if (batch->receipt) WINNOW_CHECK(sweep_.context().receipts->committed(*batch->receipt));
    limit = std::min(limit * 2, request_.batch_size);
    // A trigger may write a row for each that goes.
    const bool looks = part.table.table().acts_on_deletions && batch->removed > 0;
    if (!looks || ++removed % kBatchesUntilALook != 0) continue;
    WINNOW_TRY(const auto now, rows_of(part, part.orphans));
    if (left && now >= *left) return {};
    left = now;
  }
}

// The row that a batch of one would meet; empty: there is none any more.
Outcome<std::string> RowSweep::refused_row(const Part& part, const TextList& kept) {
  WINNOW_TRY(const auto keys, sweep_.connection().read([&](Connection& connection) {
    return read_keys(connection,
                     part.table.keys(connection.dialect(), part.branch, part.orphans, kept, 1),
                     part.orphans.executions);
  }));
  const auto& met = keys.others.empty() ? keys.own : keys.others;
  return met.empty() ? std::string() : met.front();
}

// One transaction.
Outcome<RowSweep::Batch> RowSweep::remove_batch(const Part& part, const TextList& kept,
                                                std::int64_t limit) {
  Batch batch;
  const auto began = Pacer::Clock::now();
  auto removed = sweep_.connection().retry(
      {.run = [&](Connection& connection) -> Outcome<void> {
         WINNOW_CHECK(uncount_lost(connection));
         while (true) {
           WINNOW_TRY(const bool done, try_batch(connection, part, kept, limit, batch));
           if (done) return {};
         }
       },
       .verify = [&](Connection& connection) -> Outcome<bool> {
         WINNOW_TRY(const auto left,
                    database::texts_of(connection, part.table.remaining(connection.dialect(),
                                                                        part.orphans, batch.keys)));
         return left.size() == batch.kept.size();
       },
       .divisible = true});
  if (!removed) {
    // The failure itself is what matters.
    if (!removed.error().commit_in_doubt)
      static_cast<void>(take_back(sweep_.context().receipts, batch.receipt));
    return fail(std::move(removed.error()));
  }
  sweep_.note_pace(batch.removed, Pacer::Clock::now() - began);
  return batch;
}

// False where an execution came back while its rows were deleted: the deletion was rolled back.
Outcome<bool> RowSweep::try_batch(Connection& connection, const Part& part, const TextList& kept,
                                  std::int64_t limit, Batch& batch) {
  const auto& dialect = connection.dialect();
  WINNOW_CHECK(take_back(sweep_.context().receipts, batch.receipt));
  batch = {};
  WINNOW_CHECK(connection.begin());
  auto orphans = part.orphans;
  WINNOW_TRY(auto missing, sweep_.missing_beside(connection, orphans.executions));
  orphans.executions = TextList(std::move(missing));
  if (!orphans.executions.empty()) {
    WINNOW_TRY(auto found,
               read_keys(connection, part.table.keys(dialect, part.branch, orphans, kept, limit),
                         orphans.executions));
    batch.keys = std::move(found.own);
    batch.others = std::move(found.others);
  }
  if (batch.keys.empty()) {
    WINNOW_CHECK(connection.rollback());
    return true;
  }
  const std::vector<Statement> deletion{part.table.deletion(dialect, orphans, batch.keys)};
  WINNOW_TRY(const auto changed, connection.execute(deletion, database::AfterBatch::stay_open));
  batch.removed = changed.front();
  if (part.table.table().acts_on_deletions || std::cmp_less(batch.removed, batch.keys.size())) {
    WINNOW_TRY(batch.kept,
               database::texts_of(connection, part.table.remaining(dialect, orphans, batch.keys)));
    // What was written again did not go.
    batch.removed = std::min(batch.removed, std::ssize(batch.keys) - std::ssize(batch.kept));
  }
  WINNOW_TRY(const auto still, sweep_.missing_beside(connection, orphans.executions));
  if (still.size() != orphans.executions.size()) {
    WINNOW_CHECK(connection.rollback());
    return false;
  }
  WINNOW_CHECK(check_batch(part, batch.removed));
  WINNOW_CHECK(write_receipt(connection, part, batch));
  WINNOW_CHECK(connection.execute({}, database::AfterBatch::commit));
  return true;
}

Outcome<void> RowSweep::write_receipt(const Connection& connection, const Part& part,
                                      Batch& batch) {
  auto* const receipts = sweep_.context().receipts;
  if (receipts == nullptr || batch.removed == 0) return {};
  RemovedBatch receipt{.task = sweep_.manifest().name,
                       .table = part.table.table().name,
                       .keys = batch.keys,
                       .counts = {{part.table.counter(), batch.removed}},
                       .transaction = connection.transaction_name()};
  const std::set<std::string> kept(batch.kept.begin(), batch.kept.end());
  std::erase_if(receipt.keys, [&](const auto& key) { return kept.contains(key); });
  WINNOW_TRY(batch.receipt, receipts->before_commit(std::move(receipt)));
  return {};
}

void RowSweep::add(const OrphanTable& table, std::int64_t rows, std::int64_t batches) {
  removed_ += rows;
  removed_of_[&table] += rows;
  add_to(sweep_.counters(), table.counter(), rows);
  add_to(sweep_.counters(), "batches", batches);
  sweep_.context().progress.rows_done += rows;
}

void RowSweep::note_removed(const Part& part, const Batch& batch) {
  add(part.table, batch.removed, 1);
  report_batch(sweep_.context(), static_cast<std::size_t>(batch.removed), sweep_.counters());
  // Rows that stay tell nothing of what became of the others.
  if (!batch.kept.empty()) return;
  Committed committed{.table = &part.table,
                      .ends = ends_of(batch.keys),
                      .rows = batch.removed,
                      .reopened = sweep_.connection().reopened()};
  if (part.table.spread() == Spread::by_execution) committed.orphans = part.orphans;
  committed_.remember(std::move(committed));
}

Outcome<std::int64_t> RowSweep::count_ends(Connection& connection, const Committed& batch) const {
  WINNOW_TRY(const auto there,
             database::texts_of(connection, batch.table->remaining(connection.dialect(),
                                                                   batch.orphans, batch.ends)));
  return std::ssize(there);
}

// Asked before a connection that was opened again deletes: the rows are deleted again by the same
// statements.
Outcome<void> RowSweep::uncount_lost(Connection& connection) {
  const auto reopened = sweep_.connection().reopened();
  if (!committed_.is_to_be_asked(reopened)) return {};
  WINNOW_CHECK(committed_.forget_lost(
      reopened, [&](const auto& batch) { return count_ends(connection, batch); },
      [&](const auto& batch) { add(*batch.table, -batch.rows, -1); }));
  const auto lost = committed_.take_lost();
  if (lost == 0) return {};
  sweep_.context().host.log(LogLevel::warn, rows_are_back(lost, "orphaned row"));
  some_are_back_ = true;
  return {};
}

// Orphans of the page that are still there: other sessions hold them, or the database refuses to
// delete them.
Outcome<void> RowSweep::note_skipped(const Part& part) {
  WINNOW_TRY(const auto left, rows_of(part, part.orphans));
  if (left == 0) return {};
  auto orphans = part.orphans;
  WINNOW_TRY(auto missing, sweep_.missing(orphans.executions));
  orphans.executions = TextList(std::move(missing));
  if (orphans.executions.empty()) return {};
  WINNOW_TRY(const auto stay, rows_of(part, orphans));
  add_to(sweep_.counters(), "skippedCount", stay);
  stay_[&part.table] += stay;
  return {};
}

void RowSweep::tell_of_skipped() {
  Json skipped = Json::array();
  for (const auto& table : tables_) {
    const auto stay = stay_.find(table.get());
    if (stay == stay_.end()) continue;
    const auto& name = table->table().name;
    const bool one = stay->second == 1;
    auto told = document::counted(stay->second, "orphaned row") + " of table \"" + name + "\" " +
                (one ? "stays" : "stay") + ": ";
    const auto first = first_kept_.find(table.get());
    if (first == first_kept_.end()) {
      told += one ? "another session holds it, or the database keeps it or writes it again"
                  : "other sessions hold them, or the database keeps them or writes them again";
    } else {
      const auto& [key, reason] = first->second;
      told += one ? "\"" : "the first is \"";
      told.append(key).append("\" (").append(reason).append(")");
      skipped.push_back({{"table", name}, {"key", key}, {"reason", reason}});
    }
    sweep_.context().host.log(LogLevel::warn, told);
  }
  if (!skipped.empty()) sweep_.counters()["skipped"] = std::move(skipped);
}

}  // namespace winnow::tasks
