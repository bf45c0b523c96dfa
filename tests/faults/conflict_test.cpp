// Deadlocks, lock timeouts and serialization failures, forced on every batch: each is retried and
// reported, and no batch is lost.
#include <thread>

#include <gtest/gtest.h>

#include "tests/faults/fault_bed.h"
#include "tests/faults/held_purge.h"
#include "tests/faults/tally.h"
#include "tests/support/require.h"

namespace winnow::tests {
namespace {

const Cancellation& never() {
  static const Cancellation cancellation;
  return cancellation;
}

// Makes deletions of executions fail: every `each`th succeeds, the others end in a deadlock, a
// serialization failure or, with `lock_waits`, in a lock timeout.
class Refusal {
 public:
  Refusal(database::Connection& connection, int each, bool lock_waits) : connection_(connection) {
    if (connection.dialect().name() == "postgresql") {
      say("CREATE SEQUENCE IF NOT EXISTS faults_turn");
      say("CREATE OR REPLACE FUNCTION faults_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
          "DECLARE turn bigint := nextval('faults_turn'); BEGIN IF turn % " +
          std::to_string(each) +
          " <> 0 THEN RAISE EXCEPTION USING MESSAGE = 'refused by a test', ERRCODE = "
          "(ARRAY['40P01', '" +
          (lock_waits ? "55P03" : "40001") +
          "', '40001'])[1 + turn / 2 % 3]; END IF; RETURN NULL; END $$");
      say("CREATE TRIGGER faults BEFORE DELETE ON executions FOR EACH STATEMENT EXECUTE FUNCTION "
          "faults_refuse()");
      return;
    }
    say("CREATE TRIGGER faults BEFORE DELETE ON executions FOR EACH ROW BEGIN "
        "SET @turn = IFNULL(@turn, 0) + 1; IF @turn % " +
        std::to_string(each) + " <> 0 THEN IF @turn DIV 2 % 2 = 0 OR NOT " +
        (lock_waits ? "TRUE" : "FALSE") +
        " THEN SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213; "
        "ELSE SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1205; END IF; END IF; END");
  }
  Refusal(const Refusal&) = delete;
  Refusal& operator=(const Refusal&) = delete;
  ~Refusal() {
    say(connection_.dialect().name() == "postgresql" ? "DROP TRIGGER faults ON executions"
                                                     : "DROP TRIGGER faults");
  }

 private:
  void say(const std::string& sql) {
    require(connection_.query({.sql = sql, .parameters = {}},
                              [](const database::Row&) { return true; }));
  }
  database::Connection& connection_;
};

// Holds SQLite's one lock after each batch, until the purge has met it.
class Holder {
 public:
  Holder(const FaultBed& bed, AbiRun& run)
      : connection_(require(database::connect(bed.database().settings(), never()))), run_(run) {}
  Holder(const Holder&) = delete;
  Holder& operator=(const Holder&) = delete;
  ~Holder() {
    over_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // On the run's own thread, between two batches.
  void hold() {
    if (thread_.joinable()) thread_.join();
    require(connection_->begin());
    const auto met = run_.retries();
    thread_ = std::thread([this, met] {
      while (!over_ && run_.retries() == met) std::this_thread::yield();
      require(connection_->rollback());
    });
  }

 private:
  std::unique_ptr<database::Connection> connection_;
  AbiRun& run_;
  std::atomic<bool> over_{false};
  std::thread thread_;
};

class Conflict : public testing::TestWithParam<TestEngine> {
 protected:
  Conflict() : bed_(GetParam()) {}
  bool sqlite() const { return GetParam().name == "sqlite"; }

  FaultBed bed_;
};

// 1,000 over the three engines; ./dev torture forces 1,000 on each.
TEST_P(Conflict, EveryBatchIsTriedAgainAndNoneIsLost) {
  Tally tally("conflict forced on every batch", GetParam());
  bed_.set_parameters({{"batchSize", 1}});
  std::int64_t forced = 0;
  const auto wanted = static_cast<std::int64_t>(cases(340, 1'000));
  tally.run(1, [&](Case& tried) {
    for (std::uint64_t more = 0; forced < wanted; ++more) {
      bed_.fill(tried.seed + more, 60, 20);
      const auto before = bed_.look();
      const auto run = bed_.run({.lock_timeout_ms = sqlite() ? 1 : 2'000});
      std::unique_ptr<Refusal> refusal;
      if (!sqlite()) refusal = std::make_unique<Refusal>(bed_.connection(), 2, true);
      std::unique_ptr<Holder> holder;
      run->on_event = [&](const Json&) {
        if (holder) holder->hold();
      };
      if (!run->prepare()) return tried.found({run->result().json.dump()});
      if (sqlite()) {
        bed_.let_go();
        holder = std::make_unique<Holder>(bed_, *run);
      }
      run->run();
      holder.reset();
      refusal.reset();
      const auto& result = run->result();
      const auto counters = result.counters();
      if (result.status != WINNOW_OK) tried.found({result.json.dump()});
      const auto retries = counters.value("retries", std::int64_t{0});
      const auto batches = counters.value("batches", std::int64_t{0});
      if (retries < batches - 1 || retries == 0) {
        tried.found({std::to_string(retries) + " retries told of, for " + std::to_string(batches) +
                     " batches that each met a conflict"});
      }
      forced += std::max<std::int64_t>(retries, 1);
      const auto after = bed_.look();
      tried.found(bed_.broken_now(after));
      tried.found(bed_.left_over(after));
      tried.found(bed_.miscounted(before, after, counters));
      if (!tried.violations.empty()) return;
    }
  });
  tally.note("conflicts", std::to_string(forced));
}

TEST_P(Conflict, ThatDoesNotEndUsesUpTheBudgetAndIsToldOf) {
  if (sqlite()) GTEST_SKIP() << "has no triggers with conflicts";
  Tally tally("conflict that does not end", GetParam());
  tally.run(cases(1, 5), [&](Case& tried) {
    bed_.fill(tried.seed, 12, 1);
    const auto before = bed_.look();
    {
      const Refusal refusal(bed_.connection(), 1'000'000, false);
      const auto run = bed_.run();
      if (run->prepare()) run->run();
      const auto& result = run->result();
      if (result.status != WINNOW_CONFLICT || !result.json.value("retryable", false)) {
        tried.found({"it ended with " + result.json.dump()});
      }
      if (result.counters().value("retries", 0) < 10) tried.found({"too few retries"});
      const auto after = bed_.look();
      tried.found(bed_.broken_now(after));
      tried.found(bed_.miscounted(before, after, result.counters()));
      run->close();
    }
    tried.found(bed_.finish());
  });
}

// The other session has locked a log and waits for its execution; the purge has locked the
// execution and waits for the log.
TEST_P(Conflict, ARealDeadlockCostsNothing) {
  if (sqlite()) GTEST_SKIP() << "has one lock: nothing to cross";
  Tally tally("real deadlock", GetParam());
  const std::string key = GetParam().name == "mysql" ? "`key`" : "key";
  tally.run(cases(3, 50), [&](Case& tried) {
    bed_.set_parameters({{"batchSize", 100}});
    auto seed = tried.seed;
    do {
      bed_.fill(seed++);
    } while (bed_.chosen().empty());
    const auto before = bed_.look();
    auto settings = bed_.database().settings();
    settings.lock_timeout_ms = 20'000;
    const auto other = require(database::connect(settings, never()));
    const auto execution = bed_.chosen().front();
    // Ids of the tests' worlds are letters and digits.
    const auto touch = [&](const std::string& table, const std::string& column) {
      const database::Statement statement{.sql = "UPDATE " + table + " SET value = value WHERE " +
                                                 column + " = '" + execution + "'",
                                          .parameters = {}};
      return other->execute({{statement}}, database::AfterBatch::stay_open).has_value();
    };
    HeldPurge purge(bed_, false);
    {
      Side ours(purge.steps());
      Side theirs({[&] { touch("logs", "execution_id"); },
                   [&] {
                     // One of the two is the victim; either way the other goes on.
                     if (touch("executions", key)) require(other->rollback());
                   }});
      theirs.advance();
      ours.advance();
      ours.advance();
      theirs.advance();
      theirs.finish();
      ours.finish();
    }
    const auto& result = purge.result();
    if (result.status != WINNOW_OK) tried.found({"it ended with " + result.json.dump()});
    const auto after = bed_.look();
    tried.found(bed_.broken_now(after));
    tried.found(bed_.left_over(after));
    tried.found(bed_.miscounted(before, after, result.counters()));
  });
}

INSTANTIATE_TEST_SUITE_P(Engines, Conflict, testing::ValuesIn(fault_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
