#include "tasks/orphans/rows.h"

#include <map>

#include "database/count.h"
#include "outcome/try.h"
#include "tasks/orphans/execution_lookup.h"
#include "tasks/orphans/table.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/shared/counters.h"
#include "tasks/shared/reconnecting_connection.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::Statement;

constexpr std::int64_t kIdsOfAPage = 500;  // below every cliff of a list of keys (measurements.md)

Outcome<std::vector<std::string>> texts(Connection& connection, const Statement& statement) {
  std::vector<std::string> all;
  auto queried = connection.query(statement, [&](const database::Row& row) {
    all.emplace_back(row.text(0).value_or(""));
    return true;
  });
  if (!queried) return fail(queried.error());
  return all;
}

class RowSweep {
 public:
  RowSweep(const Manifest& manifest, const Json& parameters, Context& context,
           ReconnectingConnection connection, Existence existence,
           const std::vector<std::unique_ptr<OrphanTable>>& tables)
      : context_(context),
        connection_(std::move(connection)),
        existence_(existence),
        tables_(tables),
        batch_size_(parameters.at("batchSize").get<std::int64_t>()),
        counters_(zero_counters(manifest)) {}

  Outcome<void> run(bool dry_run) {
    const Json zero = counters_;
    context_.progress.phase = Phase::selecting;
    if (dry_run || RemovalLimits(context_.policy, "").any()) {
      WINNOW_CHECK(walk(&RowSweep::count));
      WINNOW_CHECK(check_shares());
      if (dry_run) return {};
      counters_ = zero;
    }
    context_.progress.phase = Phase::working;
    return walk(&RowSweep::remove);
  }

  const Json& counters() const { return counters_; }

 private:
  using Act = Outcome<void> (RowSweep::*)(const OrphanTable&, std::optional<bool>,
                                          const std::vector<std::string>&);

  // Hands over the executions that are gone, page by page, of each table and each value of `deleted`.
  Outcome<void> walk(Act act) {
    for (const auto& table : tables_) {
      for (const auto deleted : table->branches()) {
        std::string after;
        while (true) {
          std::vector<std::string> gone;
          auto looked = connection_.retry({.run = [&](Connection& connection) {
            return next(connection, *table, deleted, after, gone);
          }});
          if (!looked) return looked;
          if (after.empty()) break;
          if (gone.empty()) continue;
          if (auto acted = (this->*act)(*table, deleted, gone); !acted) return acted;
        }
      }
    }
    return {};
  }

  // The next page: `after` becomes its last id, or empty at the end.
  Outcome<void> next(Connection& connection, const OrphanTable& table, std::optional<bool> deleted,
                     std::string& after, std::vector<std::string>& gone) const {
    const auto ids =
        texts(connection, table.ids(connection.dialect(), deleted, after, kIdsOfAPage));
    if (!ids) return fail(ids.error());
    // Asked after the ids were read: an execution whose first log is among them is there by now.
    auto missing = existence_.gone(connection, *ids);
    if (!missing) return fail(missing.error());
    gone = std::move(*missing);
    after = ids->empty() ? "" : ids->back();
    return {};
  }

  Outcome<void> count(const OrphanTable& table, std::optional<bool> deleted,
                      const std::vector<std::string>& gone) {
    std::int64_t rows = 0;
    auto counted = connection_.retry({.run = [&](Connection& connection) -> Outcome<void> {
      WINNOW_TRY(
          const auto numbers,
          database::numbers_of(connection, table.count(connection.dialect(), deleted, gone)));
      rows = numbers.at(1);
      return {};
    }});
    if (!counted) return counted;
    add_to(counters_, table.counter(), rows);
    going_[&table] += rows;
    all_going_ += rows;
    return RemovalLimits(context_.policy, "orphaned rows").check_number(all_going_);
  }

  Outcome<void> check_shares() {
    for (const auto& own : tables_) {
      const auto* table = own.get();
      const RemovalLimits limits(context_.policy, "rows of table \"" + table->table().name + "\"");
      const auto count_all = [&, of = table](std::int64_t most) {
        auto& connection = connection_.get();
        return count_branches(connection, of->branches(), most,
                              [&](std::optional<bool> deleted, std::int64_t further) {
                                return of->held(connection.dialect(), deleted, further);
                              });
      };
      WINNOW_CHECK(limits.check_share(going_[table], count_all));
    }
    return {};
  }

  // Transaction by transaction, until nothing of these executions is left that may go.
  Outcome<void> remove(const OrphanTable& table, std::optional<bool> deleted,
                       const std::vector<std::string>& gone) {
    while (true) {
      Batch batch{.table = table, .deleted = deleted, .gone = gone};
      auto removed = connection_.retry(
          {.run = [&](Connection& connection) { return remove_batch(connection, batch); }});
      if (!removed) return removed;
      if (batch.removed == 0) return {};
      committed(batch);
      if (batch.removed < batch_size_) return {};
    }
  }

  struct Batch {
    const OrphanTable& table;
    std::optional<bool> deleted;
    std::vector<std::string> gone;
    std::vector<std::string> keys = {};  // what the last try was about to commit
    std::int64_t removed = 0;
  };

  // One transaction.
  Outcome<void> remove_batch(Connection& connection, Batch& batch) const {
    const auto& dialect = connection.dialect();
    if (batch.removed > 0) {
      // The answer to the commit of the last try may have been lost.
      const auto left = database::count_of(connection, batch.table.left(dialect, batch.keys));
      if (!left) return fail(left.error());
      if (*left == 0) return {};
      batch.removed = 0;
    }
    if (auto begun = connection.begin(); !begun) return begun;
    auto gone = existence_.gone(connection, batch.gone);
    if (!gone) return fail(gone.error());
    auto keys = gone->empty() ? std::vector<std::string>()
                              : texts(connection,
                                      batch.table.keys(dialect, batch.deleted, *gone, batch_size_));
    if (!keys) return fail(keys.error());
    if (keys->empty()) return connection.rollback();
    const std::vector<Statement> deletion{batch.table.deletion(dialect, *keys)};
    const auto changed = connection.execute(deletion, database::AfterBatch::stay_open);
    if (!changed) return fail(changed.error());
    // One that came since then keeps its rows: the whole batch is done again without it.
    const auto still = existence_.gone(connection, *gone);
    if (!still) return fail(still.error());
    if (still->size() != gone->size()) {
      batch.gone = *still;
      if (auto undone = connection.rollback(); !undone) return undone;
      return remove_batch(connection, batch);
    }
    batch.keys = std::move(*keys);
    batch.removed = changed->front();
    const auto done = connection.execute({}, database::AfterBatch::commit);
    if (done) return {};
    if (!done.error().commit_in_doubt) batch.removed = 0;
    return fail(done.error());
  }

  void committed(const Batch& batch) {
    add_to(counters_, batch.table.counter(), batch.removed);
    add_to(counters_, "batches", 1);
    context_.progress.rows_done += batch.removed;
    report_batch(context_, static_cast<std::size_t>(batch.removed), counters_);
  }

  Context& context_;
  ReconnectingConnection connection_;
  Existence existence_;
  const std::vector<std::unique_ptr<OrphanTable>>& tables_;
  std::int64_t batch_size_;
  Json counters_;
  // What would go: of each table, and in all.
  std::map<const OrphanTable*, std::int64_t> going_;
  std::int64_t all_going_ = 0;
};

// What run and plan begin with. The tables point into the schema.
struct OpenedTables {
  ReconnectingConnection connection;
  database::Schema schema;
  std::vector<std::unique_ptr<OrphanTable>> tables = {};
  std::vector<std::string> left_out = {};
};

Outcome<std::unique_ptr<OpenedTables>> open_tables(const Manifest& manifest, const Json& parameters,
                                                   Context& context) {
  if (auto checked = check_orphan_rows(manifest, parameters, context.policy); !checked) {
    return fail(checked.error());
  }
  context.progress.phase = Phase::connecting;
  auto connection = ReconnectingConnection::open(context);
  if (!connection) return fail(connection.error());
  auto schema = connection->get().probe(tables_of(manifest));
  if (!schema) return fail(schema.error());
  auto opened =
      std::make_unique<OpenedTables>(OpenedTables{std::move(*connection), std::move(*schema)});
  for (const auto& step : manifest.steps) {
    auto table = OrphanTable::make(manifest, step, parameters, context.policy, opened->schema,
                                   opened->left_out);
    if (!table) return fail(table.error());
    if (*table) opened->tables.push_back(std::move(*table));
  }
  return opened;
}

Outcome<void> explain(Json& plan, Connection& connection, const std::string& purpose,
                      Statement statement) {
  auto told =
      explained(connection, {.purpose = purpose, .statement = std::move(statement), .need = {}});
  if (!told) return fail(told.error());
  plan["statements"].push_back(std::move(*told));
  return {};
}

Outcome<void> explain_table(Json& plan, Connection& connection, const OrphanTable& table,
                            const database::TextList& stand_ins) {
  const auto& dialect = connection.dialect();
  const auto& name = table.table().name;
  for (const auto deleted : table.branches()) {
    for (const auto& [purpose, statement] :
         {std::pair{"walk the executions of " + name,
                    table.ids(dialect, deleted, "0", kIdsOfAPage)},
          std::pair{"select from " + name, table.keys(dialect, deleted, stand_ins, kIdsOfAPage)}}) {
      if (auto added = explain(plan, connection, purpose, statement); !added) return added;
    }
  }
  return explain(plan, connection, "delete from " + name, table.deletion(dialect, stand_ins));
}

}  // namespace

Outcome<void> check_orphan_rows(const Manifest& manifest, const Json& parameters,
                                const Policy& policy) {
  if (const auto scope = read_scope(manifest, parameters, policy); !scope) {
    return fail(scope.error());
  }
  return {};
}

TaskResult run_orphan_rows(const Manifest& manifest, const Json& parameters, Context& context) {
  auto opened = open_tables(manifest, parameters, context);
  if (!opened) return fail(opened.error());
  const auto existence = Existence::make((*opened)->schema);
  if (!existence) return fail(existence.error());
  for (const auto& left_out : (*opened)->left_out) {
    context.host.log(LogLevel::info, "left out: " + left_out);
  }
  const bool dry_run = parameters.at("dryRun").get<bool>();
  RowSweep sweep(manifest, parameters, context, std::move((*opened)->connection), *existence,
                 (*opened)->tables);
  const auto swept = sweep.run(dry_run);
  context.progress.phase = Phase::done;
  Json result = sweep.counters();
  result["retries"] = context.progress.retries.load();
  if (dry_run) result["dryRun"] = true;
  if (!swept) return tl::unexpected(TaskFailure(swept.error(), std::move(result)));
  return result;
}

TaskResult plan_orphan_rows(const Manifest& manifest, const Json& parameters, Context& context) {
  auto opened = open_tables(manifest, parameters, context);
  if (!opened) return fail(opened.error());
  const auto existence = Existence::make((*opened)->schema);
  if (!existence) return fail(existence.error());
  Json plan{{"task", manifest.name},
            {"server", (*opened)->schema.server},
            {"statements", Json::array()},
            {"leftOut", (*opened)->left_out}};
  auto& connection = (*opened)->connection.get();
  database::TextList stand_ins;
  for (std::int64_t i = 0; i < kIdsOfAPage; ++i) {
    stand_ins.push_back("winnow-plan-" + std::to_string(i));
  }
  auto added = explain(plan, connection, "look for executions",
                       existence->statement(connection.dialect(), stand_ins));
  for (const auto& table : (*opened)->tables) {
    if (added) added = explain_table(plan, connection, *table, stand_ins);
  }
  if (!added) return fail(added.error());
  return plan;
}

}  // namespace winnow::tasks
