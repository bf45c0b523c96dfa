// A purge and another session, in every order of their steps: the other's writes are kept, the
// purge deletes completely what it deletes, and the counts are exact.
#include <gtest/gtest.h>

#include "database/connection.h"
#include "tests/faults/fault_bed.h"
#include "tests/faults/held_purge.h"
#include "tests/faults/isolation_schedule.h"
#include "tests/faults/tally.h"
#include "tests/support/require.h"

namespace winnow::tests {
namespace {

using database::AfterBatch;
using database::SqlWriter;
using database::Statement;

const Cancellation& never() {
  static const Cancellation cancellation;
  return cancellation;
}

// A session of somebody else: Kestra's, an administrator's.
class Other {
 public:
  explicit Other(const FaultBed& bed)
      : settings_([&] {
          auto settings = bed.database().settings();
          settings.lock_timeout_ms = 30'000;
          return settings;
        }()),
        connection_(require(database::connect(settings_, never()))),
        rows_(*connection_, {"executions", "logs", "metrics"}) {}

  // Begins a transaction if none is open, and leaves it open.
  std::int64_t execute(const Statement& statement) {
    return require(connection_->execute({{statement}}, AfterBatch::stay_open)).front();
  }
  void commit() { require(connection_->execute({}, AfterBatch::commit)); }
  std::int64_t execute_and_commit(const Statement& statement) {
    return require(connection_->execute({{statement}}, AfterBatch::commit)).front();
  }
  // Outside of a transaction.
  void say(const std::string& sql) {
    require(connection_->query({.sql = sql, .parameters = {}},
                               [](const database::Row&) { return true; }));
  }

  Statement update(const std::string& execution, const Json& document) const {
    const auto& table = *rows_.schema().table("executions");
    SqlWriter writer(connection_->dialect());
    writer.text("UPDATE ").table(table).text(" SET ").identifier("value").text(" = ");
    writer.bind_as(*table.column("value"), document.dump()).text(" WHERE ").identifier("key");
    return writer.text(" = ").bind(execution).take();
  }
  // As Kestra writes an execution: it is there afterwards, whatever was there before.
  Statement upsert(const std::string& execution, const Json& document) const {
    auto statement = insertion("executions", execution, document);
    statement.sql += connection_->dialect().name() == "mysql"
                         ? " ON DUPLICATE KEY UPDATE value = VALUES(value)"
                         : " ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value";
    return statement;
  }
  Statement insertion(const std::string& table, const std::string& key,
                      const Json& document) const {
    return rows_.insertion(table, {{"key", key}, {"value", document.dump()}});
  }
  // One of the statements of Kestra's own purge.
  Statement kestras_deletion(const std::string& table, const std::string& column,
                             const std::vector<std::string>& executions) const {
    const auto& found = *rows_.schema().table(table);
    SqlWriter writer(connection_->dialect());
    writer.text("DELETE FROM ").table(found).text(" WHERE ");
    if (column != "key") writer.text("deleted = false AND ");
    writer.identifier(column).text(" IN (");
    const char* comma = "";
    for (const auto& execution : executions) {
      writer.text(std::exchange(comma, ", ")).bind(execution);
    }
    return writer.text(")").take();
  }

 private:
  database::Settings settings_;
  std::unique_ptr<database::Connection> connection_;
  KestraRows rows_;
};

// What the other side does, and what must be true afterwards.
struct Meeting {
  std::vector<std::function<void()>> steps;
  // `in_time`: all of its steps had ended before the purge's last one began.
  std::function<void(Case&, bool in_time)> judge;
};

class Isolation : public testing::TestWithParam<TestEngine> {
 protected:
  Isolation() : bed_(GetParam()) {
    bed_.set_parameters({{"batchSize", 100}});  // one batch: the steps are those of the whole
  }

  // A world of at least three executions to purge.
  void fill(Case& tried) {
    auto seed = tried.seed;
    do {
      bed_.fill(seed++);
    } while (bed_.chosen().size() < 3);
    before_ = bed_.look();
  }

  // Tries every order of the purge's steps and those of the other; or, in a short run, at most
  // `brief` of them.
  void meet(const std::string& name, int other_steps, std::uint64_t brief,
            const std::function<Meeting(Other&, Case&)>& make) {
    const auto orders = interleavings(4, other_steps);
    Tally tally("meets " + name, GetParam());
    const auto tries = cases(std::min<std::uint64_t>(brief, orders.size()), orders.size());
    tally.run(tries, [&](Case& tried) {
      const auto& order = orders[tried.index * orders.size() / tries];
      for (const int side : order) tried.what += side == 0 ? 'p' : 'o';
      fill(tried);
      {
        Other other(bed_);
        HeldPurge purge(bed_, true);
        const auto meeting = make(other, tried);
        const bool in_time = play(order, purge, meeting.steps);
        result_ = purge.result();
        if (!purge.close()) tried.found({"S7: the library can't be closed"});
        after_ = bed_.look();
        if (result_.status != WINNOW_OK) tried.found({"it ended with " + result_.json.dump()});
        meeting.judge(tried, in_time);
      }
      bed_.set_parameters(bed_.parameters());
    });
  }

  // True when the other's steps had all ended before the purge's last one began.
  static bool play(const std::vector<int>& order, HeldPurge& purge,
                   const std::vector<std::function<void()>>& steps) {
    Side ours(purge.steps());
    Side theirs(steps);
    bool in_time = false;
    int left = 4;
    for (const int side : order) {
      if (side == 0 && --left == 0) in_time = theirs.done() == static_cast<int>(steps.size());
      (side == 0 ? ours : theirs).advance();
    }
    theirs.finish();
    ours.finish();
    return in_time;
  }

  Json document_of(const std::string& execution) const {
    for (const auto& document : bed_.world().executions) {
      if (document["id"] == execution) return document;
    }
    return {};
  }
  static Json running(Json document) {
    document["state"]["current"] = "RUNNING";
    document["state"].erase("endDate");
    return document;
  }
  Json log_of(const std::string& execution) const {
    auto document = document_of(execution);
    return Json{{"tenantId", "main"},
                {"namespace", document["namespace"]},
                {"flowId", document["flowId"]},
                {"executionId", execution},
                {"timestamp", "2026-03-01T00:00:00.000000Z"},
                {"level", "INFO"},
                {"message", "late"},
                {"deleted", false}};
  }

  // Lines that are not about this execution.
  static std::vector<std::string> not_of(const std::string& execution,
                                         std::vector<std::string> lines) {
    std::erase_if(
        lines, [&](const std::string& line) { return line.find(execution) != std::string::npos; });
    return lines;
  }
  void all_others_are_gone(Case& tried, const std::vector<std::string>& but) const {
    for (const auto& execution : bed_.chosen()) {
      if (std::find(but.begin(), but.end(), execution) != but.end()) continue;
      if (bed_.is_there(after_, execution)) tried.found({"S2: " + execution + " is still there"});
    }
  }
  void whole_and_exact(Case& tried) const {
    tried.found(bed_.broken_now(after_));
    tried.found(bed_.left_over(after_));
    tried.found(bed_.miscounted(before_, after_, result_.counters()));
  }

  FaultBed bed_;
  Rows before_;
  Rows after_;
  RunResult result_;
};

TEST_P(Isolation, AnExecutionThatIsRestarted) {
  meet("a restart", 2, 15, [this](Other& other, Case&) {
    const auto execution = bed_.chosen()[1];
    const auto changed = std::make_shared<std::int64_t>(0);
    return Meeting{{[&other, execution, changed, this] {
                      *changed =
                          other.execute(other.update(execution, running(document_of(execution))));
                    },
                    [&other] { other.commit(); }},
                   [this, execution, changed](Case& tried, bool) {
                     const bool there = bed_.is_there(after_, execution);
                     if (there != (*changed == 1)) {
                       tried.found({there ? "S2: it stays, though nobody restarted it"
                                          : "S1: it was restarted, and is gone"});
                     }
                     tried.found(bed_.broken_now(after_));
                     tried.found(bed_.miscounted(before_, after_, result_.counters()));
                     all_others_are_gone(tried, {execution});
                   }};
  });
}

TEST_P(Isolation, AnExecutionThatIsReplayed) {
  meet("a replay", 2, 4, [this](Other& other, Case&) {
    auto document = running(document_of(bed_.chosen()[0]));
    document["id"] = "replayed";
    document["state"]["current"] = "CREATED";
    return Meeting{{[&other, document, this] {
                      other.execute(other.insertion("executions", "replayed", document));
                      auto log = log_of(bed_.chosen()[0]);
                      log["executionId"] = "replayed";
                      other.execute(other.insertion("logs", "log-of-replayed", log));
                    },
                    [&other] { other.commit(); }},
                   [this](Case& tried, bool) {
                     for (const auto& [table, key] : {std::pair{"executions", "replayed"},
                                                      std::pair{"logs", "log-of-replayed"}}) {
                       if (after_[table].erase(key) == 0) {
                         tried.found({"S1: " + std::string(key) + " is gone"});
                       }
                     }
                     whole_and_exact(tried);
                   }};
  });
}

TEST_P(Isolation, ALogThatComesLate) {
  meet("a late log", 2, 15, [this](Other& other, Case&) {
    const auto execution = bed_.chosen()[1];
    return Meeting{{[&other, execution, this] {
                      other.execute(other.insertion("logs", "late", log_of(execution)));
                    },
                    [&other] { other.commit(); }},
                   [this](Case& tried, bool in_time) {
                     // One that is committed before or during the run's second look is deleted with
                     // its execution and counted; a later one does not concern this run.
                     const bool there = after_["logs"].erase("late") == 1;
                     if (there && in_time) tried.found({"S3: the late log is left"});
                     if (!there) before_["logs"].insert("late");
                     whole_and_exact(tried);
                   }};
  });
}

TEST_P(Isolation, AnExecutionThatKestrasExecutorWritesOnceMore) {
  meet("a late write of an execution", 1, 5, [this](Other& other, Case&) {
    const auto execution = bed_.chosen()[1];
    return Meeting{
        {[&other, execution, this] {
          other.execute_and_commit(other.upsert(execution, running(document_of(execution))));
        }},
        [this, execution](Case& tried, bool) {
          if (!bed_.is_there(after_, execution)) tried.found({"S1: it was written, and is gone"});
          tried.found(not_of(execution, bed_.broken_now(after_)));
          all_others_are_gone(tried, {execution});
          // If its children are missing, it was deleted once and written again since.
          const auto half = bed_.broken_now(after_);
          if (not_of(execution, half).size() != half.size()) after_["executions"].erase(execution);
          tried.found(bed_.miscounted(before_, after_, result_.counters()));
        }};
  });
}

TEST_P(Isolation, KestrasOwnPurge) {
  meet("Kestra's own purge", 3, 8, [this](Other& other, Case&) {
    const std::vector<std::string> taken{bed_.chosen()[0], bed_.chosen()[1]};
    const auto counted = std::make_shared<std::map<std::string, std::int64_t>>();
    const auto deletion = [&other, taken, counted](const char* table, const char* column,
                                                   const char* counter) {
      return [=, &other] {
        (*counted)[counter] =
            other.execute_and_commit(other.kestras_deletion(table, column, taken));
      };
    };
    return Meeting{{deletion("executions", "key", "executionsCount"),
                    deletion("logs", "execution_id", "logsCount"),
                    deletion("metrics", "execution_id", "metricsCount")},
                   [this, taken, counted](Case& tried, bool) {
                     // What Kestra's own purge leaves of its two is not winnow's fault.
                     auto broken = bed_.broken_now(after_);
                     for (const auto& execution : taken) broken = not_of(execution, broken);
                     tried.found(broken);
                     all_others_are_gone(tried, {});
                     auto both = result_.counters();
                     for (const auto& [counter, rows] : *counted) {
                       both[counter] = both.value(counter, std::int64_t{0}) + rows;
                     }
                     tried.found(bed_.miscounted(before_, after_, both));
                   }};
  });
}

TEST_P(Isolation, AChangeOfTheSchema) {
  const bool sqlite = GetParam().name == "sqlite";
  const std::vector<std::string> changes{
      "ALTER TABLE executions ADD COLUMN note varchar(10)",
      "ALTER TABLE executions DROP COLUMN note", "CREATE INDEX faults_index ON logs (task_id)",
      sqlite                       ? "DROP INDEX faults_index"
      : GetParam().name == "mysql" ? "DROP INDEX faults_index ON logs"
                                   : "DROP INDEX faults_index"};
  Other(bed_).say(changes[0]);
  Other(bed_).say(changes[1]);
  for (const auto& change : changes) {
    // Each order makes its change again, so its preconditions are restored first.
    const auto undo = change.starts_with("ALTER TABLE executions ADD")    ? changes[1]
                      : change.starts_with("ALTER TABLE executions DROP") ? changes[0]
                      : change.starts_with("CREATE")                      ? changes[3]
                                                                          : changes[2];
    if (change == changes[1] || change == changes[3]) Other(bed_).say(undo);
    meet("`" + change + "`", 1, 2, [&](Other& other, Case&) {
      return Meeting{{[&other, change] { other.say(change); }}, [this, undo](Case& tried, bool) {
                       whole_and_exact(tried);
                       Other(bed_).say(undo);
                     }};
    });
    if (change == changes[1] || change == changes[3]) Other(bed_).say(change);
  }
}

TEST_P(Isolation, ATableThatIsRewritten) {
  const auto* rewrite = GetParam().name == "postgresql" ? "VACUUM FULL executions"
                        : GetParam().name == "mysql"    ? "OPTIMIZE TABLE executions"
                                                        : "VACUUM";
  meet(std::string("`") + rewrite + "`", 1, 5, [&](Other& other, Case&) {
    return Meeting{{[&other, rewrite] { other.say(rewrite); }},
                   [this](Case& tried, bool) { whole_and_exact(tried); }};
  });
}

TEST_P(Isolation, AnotherWinnow) {
  const auto orders = interleavings(3, 3);
  Tally tally("meets another winnow", GetParam());
  const auto tries = cases(6, orders.size());
  tally.run(tries, [&](Case& tried) {
    const auto& order = orders[tried.index * orders.size() / tries];
    for (const int side : order) tried.what += side == 0 ? 'p' : 'o';
    bed_.set_parameters({{"batchSize", 2}});
    fill(tried);
    HeldPurge first(bed_, false);
    HeldPurge second(bed_, false);
    {
      Side ours(first.steps());
      Side theirs(second.steps());
      for (const int side : order) (side == 0 ? ours : theirs).advance();
      // Each may wait for rows that the other has locked.
      for (auto* side : {&ours, &theirs}) side->hurry();
      for (auto* side : {&ours, &theirs}) side->finish();
    }
    Json both = first.result().counters();
    const Json more = second.result().counters();
    for (const auto& [counter, rows] : more.items()) {
      both[counter] = both.value(counter, std::int64_t{0}) + rows.get<std::int64_t>();
    }
    for (const auto* result : {&first.result(), &second.result()}) {
      if (result->status != WINNOW_OK) tried.found({"it ended with " + result->json.dump()});
    }
    after_ = bed_.look();
    tried.found(bed_.broken_now(after_));
    tried.found(bed_.left_over(after_));
    tried.found(bed_.miscounted(before_, after_, both));
  });
}

INSTANTIATE_TEST_SUITE_P(Engines, Isolation, testing::ValuesIn(fault_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
