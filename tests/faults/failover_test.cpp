// The primary of a PostgreSQL cluster is lost in the middle of a purge, and a replica takes its
// place: the run goes on there, with exact counts. ./dev far does the same on hosts whose links are
// cut.
#include <numeric>

#include <gtest/gtest.h>

#include "tests/faults/fault_bed.h"
#include "tests/faults/message_proxy.h"
#include "tests/faults/tally.h"
#include "tests/servers/postgres_cluster.h"
#include "tests/support/require.h"

namespace winnow::tests {
namespace {

using Loss = PostgresCluster::Loss;

const TestEngine kPostgres{.name = "postgresql", .schema_version = "1.1"};

// A run that was over before it could notice has counted what the old primary confirmed.
bool has_noticed(const Json& counters) {
  return counters.value("retries", 0) > 0;
}

class FailOver : public testing::Test {
 protected:
  FailOver() : bed_(kPostgres, cluster_.url()) {}

  struct Strike {
    std::string how;
    std::uint64_t at = 1;  // the message from the first BEGIN on
    bool loses_commits = false;
    Loss loss = Loss::killed;
  };

  // A whole cluster and a new world; what is there.
  Rows begin(const Case& tried) {
    bed_.let_go();
    cluster_.restore();
    bed_.fill(tried.seed, 30, 15);
    auto before = bed_.look();
    bed_.let_go();
    return before;
  }

  // Through a proxy before the primary; the chosen message removes the primary.
  void run(AbiRun& run, MessageProxy& proxy, const Strike& strike, Case& tried) {
    proxy.harm(Harm::none, strike.at, "BEGIN");
    proxy.on_chosen = [&] {
      if (strike.loses_commits) {
        cluster_.lose_commits();
      } else {
        cluster_.lose_primary(strike.loss);
      }
    };
    bool first = true;
    run.on_event = [&](const Json& event) {
      if (event["event"] != "batch" || !std::exchange(first, false)) return;
      if (strike.loses_commits) cluster_.silence_asynchronous();
    };
    if (run.prepare()) {
      proxy.start();
      run.run();
    }
    proxy.stop();
    struck_ += proxy.struck() ? 1 : 0;
    tried.what = strike.how + " at " + proxy.chosen();
    if (!run.close()) tried.found({"S7: the library can't be closed"});
    if (run.result().status != WINNOW_OK) tried.found({"it ended: " + run.result().json.dump()});
  }

  FaultBed::Reach reach(const MessageProxy& proxy, int connections) const {
    return {.port = proxy.port(),
            .behind = cluster_.primary().port,
            .connections = connections,
            .connect_timeout_ms = 2'000};
  }

  PostgresCluster cluster_;
  FaultBed bed_;
  std::uint64_t struck_ = 0;
};

// One in five of the promoted replicas lacks commits that the primary had confirmed; one in twenty
// primaries hangs.
TEST_F(FailOver, ThePurgeGoesOnAtTheNewPrimaryAndCountsWhatWent) {
  Tally tally("primary lost, replica promoted", kPostgres);
  tally.run(cases(20, 500), [&](Case& tried) {
    Strike strike{.how = "killed", .at = 1 + tried.pick(1'100)};
    if (tried.index % 5 == 3) strike.how = "its last commits lost", strike.loses_commits = true;
    if (tried.index % 5 == 2) strike.how = "fenced", strike.loss = Loss::fenced;
    if (tried.index % 20 == 19) strike.how = "stands still", strike.loss = Loss::stands_still;
    const auto before = begin(tried);
    MessageProxy proxy(cluster_.primary());
    const auto purge = bed_.run(reach(proxy, 1 + static_cast<int>(tried.pick(2))));
    run(*purge, proxy, strike, tried);
    const auto after = bed_.look();
    const auto counters = purge->result().counters();
    tried.found(bed_.broken_now(after));
    if (!strike.loses_commits || has_noticed(counters)) {
      tried.found(bed_.miscounted(before, after, counters));
      tried.found(bed_.left_over(after));
    }
    tried.found(bed_.finish());
  });
  tally.note("struck in mid-purge", std::to_string(struck_));
}

// Rows of the tables that a task purges.
std::size_t rows_in(const Rows& rows, const std::vector<std::string>& tables) {
  return std::accumulate(
      tables.begin(), tables.end(), std::size_t{0},
      [&](std::size_t sum, const auto& table) { return sum + rows.at(table).size(); });
}

TEST_F(FailOver, LogsMetricsAndOrphansThatAreBackGoAgainAndAreCountedOnce) {
  struct Task {
    std::string name;
    std::vector<std::string> tables;
    Json parameters;
    std::vector<std::string> counters;
  };
  const Json by_date{{"endDate", "2030-01-01T00:00:00Z"}, {"batchSize", 3}};
  const std::vector<Task> tasks{{"PurgeLogs", {"logs"}, by_date, {"count"}},
                                {"PurgeMetrics", {"metrics"}, by_date, {"count"}},
                                {"PurgeOrphans",
                                 {"logs", "metrics"},
                                 {{"dryRun", false}, {"batchSize", 3}},
                                 {"logsCount", "metricsCount"}}};
  Tally tally("primary and its last commits lost", kPostgres);
  tally.run(cases(3, 150), [&](Case& tried) {
    const auto& task = tasks[tried.index % tasks.size()];
    const bool orphans = task.name == "PurgeOrphans";
    auto before = begin(tried);
    if (orphans) {
      // One stays: a database without any looks like the wrong one.
      const std::vector statements{
          database::plain("DELETE FROM executions WHERE key > (SELECT min(key) FROM executions)")};
      require(bed_.connection().execute(statements, database::AfterBatch::commit));
      bed_.let_go();
    }
    const auto counted_by = [&](const Json& counters) {
      std::size_t sum = 0;
      for (const auto& counter : task.counters) sum += counters.value(counter, std::size_t{0});
      return sum;
    };
    MessageProxy proxy(cluster_.primary());
    AbiRun purge(bed_.configuration(reach(proxy, 1)), task.name, task.parameters.dump());
    run(purge, proxy, {.how = task.name, .at = 250 + tried.pick(250), .loses_commits = true},
        tried);
    const auto went = rows_in(before, task.tables) - rows_in(bed_.look(), task.tables);
    const auto counted = counted_by(purge.result().counters());
    if (went == 0) tried.found({"nothing went: " + purge.result().json.dump()});
    if (has_noticed(purge.result().counters()) && counted != went) {
      tried.found({std::to_string(counted) + " counted, " + std::to_string(went) + " went"});
    }
    auto dry = task.parameters;
    dry["dryRun"] = true;
    AbiRun again(bed_.configuration({}), task.name, dry.dump());
    if (again.prepare()) again.run();
    if (again.result().status != WINNOW_OK || counted_by(again.result().json) != 0) {
      tried.found({"S2: " + again.result().json.dump()});
    }
    if (!again.close()) tried.found({"S7: the library can't be closed"});
  });
  tally.note("struck in mid-purge", std::to_string(struck_));
}

}  // namespace
}  // namespace winnow::tests
