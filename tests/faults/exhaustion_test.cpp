// The nth allocation, or the nth call of a client or of the system, fails: no crash, nothing left
// behind, a status that is true.
#include <algorithm>
#include <cerrno>

#include <gtest/gtest.h>

#include "tests/faults/child_run.h"
#include "tests/faults/fault_bed.h"
#include "tests/faults/origin.h"
#include "tests/faults/tally.h"
#include "tests/support/require.h"

namespace winnow::tests {
namespace {

using Action = Interception::Action;

class Exhaustion : public testing::TestWithParam<TestEngine> {
 protected:
  Exhaustion() : bed_(GetParam()) { keep_statistics(); }

  // Where a fault happens: in the run, or before it, when the library is opened and the job made.
  // The process has already run the same purge without rows and remembers its plans, so any memory
  // beyond that is leaked.
  enum class Where { run, opening };

  ChildEnding run(const Interception& interception, Where where) {
    bed_.let_go();
    const auto rehearsal = [this] {
      auto parameters = bed_.parameters();
      parameters["endDate"] = "1970-01-01T00:00:00Z";
      return std::make_unique<AbiRun>(bed_.configuration({}), "PurgeExecutions", parameters.dump());
    };
    return run_in_child([this] { return bed_.run(); }, {.interception = interception,
                                                        .from_the_start = where == Where::opening,
                                                        .rehearsal = rehearsal});
  }

  std::uint64_t count(unsigned calls, Where where = Where::run) {
    bed_.fill(kWorld);
    return run({.calls = calls}, where).fitted;
  }

  void try_out(const Interception& interception, Case& tried,
               const std::vector<std::int32_t>& honest, Where where = Where::run) {
    bed_.fill(kWorld);
    const auto before = bed_.look();
    const auto ending = run(interception, where);
    tried.found(bed_.left_behind());
    const auto after = bed_.look();
    tried.found(bed_.broken_now(after));
    if (!ending.crash.empty()) tried.found({ending.crash});
    // What the connector leaks when its own allocation fails is not ours to free.
    if (ending.failed_in_connector == 0) tried.found(ending.violations);
    spared_ += ending.spared > 0 ? 1 : 0;
    if (ending.result) {
      const auto status = ending.result->status;
      if (std::find(honest.begin(), honest.end(), status) == honest.end()) {
        tried.found({"it ended with status " + std::to_string(status)});
      }
      // If there was no memory left to report what was done, it is missing.
      const auto& json = ending.result->json;
      const bool untold = status == WINNOW_NO_MEMORY && !json.contains("done");
      if (!untold || !interception.lasting) {
        tried.found(bed_.miscounted(before, after, ending.result->counters()));
      }
      if (status == WINNOW_OK) tried.found(bed_.left_over(after));
      if (!tried.violations.empty()) tried.found({ending.result->json.dump()});
    } else if (ending.crash.empty()) {
      tried.found({"the run did not end"});
    }
    tried.found(bed_.finish());
  }

  // For a table that PostgreSQL analyzes meanwhile other texts are sent (Dialect::any_key), whose
  // plans the process remembers too: the run would hold more memory than its rehearsal, although
  // nothing is leaked.
  void keep_statistics() {
    if (GetParam().name != "postgresql") return;
    const auto off = database::plain(R"(DO $$ DECLARE own regclass; BEGIN
      FOR own IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = false)', own);
      END LOOP; END $$)");
    require(bed_.connection().execute({&off, 1}, database::AfterBatch::commit));
  }

  static constexpr std::uint64_t kWorld = 5;
  FaultBed bed_;
  std::uint64_t spared_ = 0;  // cases whose fault struck later than meant (origin.h)
};

TEST_P(Exhaustion, OfMemory) {
  learn_origins();
  const auto of_a_run = count(kAllocate);
  const auto of_an_opening = count(kAllocate, Where::opening) - of_a_run;
  for (const auto where : {Where::run, Where::opening}) {
    const auto allocations = where == Where::run ? of_a_run : of_an_opening;
    ASSERT_GT(allocations, 100U);
    Tally tally(where == Where::run ? "nth allocation of a run fails"
                                    : "nth allocation of an opening fails",
                GetParam());
    tally.note("of allocations", std::to_string(allocations));
    const auto tries = cases(30, std::min<std::uint64_t>(allocations * 2, 10'000));
    spared_ = 0;
    tally.run(tries, [&](Case& tried) {
      const auto step = std::max<std::uint64_t>(1, allocations / tries);
      const auto nth = 1 + (tried.index * allocations / tries + tried.pick(step)) % allocations;
      const bool lasting = tried.index % 2 == 1;
      tried.what = "allocation " + std::to_string(nth) + (lasting ? " and all after it" : "");
      try_out({.action = Action::fail,
               .calls = kAllocate,
               .nth = nth,
               .lasting = lasting,
               .error = ENOMEM},
              tried,
              // A client library reports its own lack of memory as a lost server.
              {WINNOW_OK, WINNOW_NO_MEMORY, WINNOW_UNAVAILABLE, WINNOW_STORAGE, WINNOW_CONFLICT},
              where);
    });
    tally.note("in nlohmann's destructor", std::to_string(spared_));
  }
}

// From sending a COMMIT until its batch is counted: its outcome is found out.
TEST_P(Exhaustion, OfMemoryWhileABatchIsCommitted) {
  if (GetParam().name == "sqlite") GTEST_SKIP() << "sends nothing";
  learn_origins();
  bed_.fill(kWorld);
  Interception interception{.calls = kAllocate, .error = ENOMEM, .while_committing = true};
  const auto allocations = run(interception, Where::run).fitted;
  ASSERT_GT(allocations, 5U);
  Tally tally("nth allocation of a COMMIT fails", GetParam());
  tally.note("of allocations", std::to_string(allocations));
  interception.action = Action::fail;
  const auto tries = cases(std::min<std::uint64_t>(allocations, 20), allocations);
  tally.run(tries, [&](Case& tried) {
    interception.nth = 1 + tried.index * allocations / tries;
    tried.what = "allocation " + std::to_string(interception.nth);
    try_out(interception, tried, {WINNOW_OK, WINNOW_NO_MEMORY, WINNOW_UNAVAILABLE, WINNOW_STORAGE});
  });
}

// A call of the client or of the system fails as its documentation says that it can.
TEST_P(Exhaustion, OfEveryOtherCall) {
  struct Kind {
    const char* name;
    unsigned calls;
    int error;
  };
  const bool sqlite = GetParam().name == "sqlite";
  std::vector<Kind> kinds{{"poll is interrupted", kPoll, EINTR},
                          {"no thread", kThread, EAGAIN},
                          {"no descriptor left", kOpenFile | kConnect, EMFILE}};
  if (sqlite) {
    kinds.push_back({"read fails", kReadFile, EIO});
    kinds.push_back({"write fails", kWriteFile, EIO});
    kinds.push_back({"sync fails", kSyncFile, EIO});
    kinds.push_back({"the journal can't be removed", kRemoveJournal, EIO});
  } else {
    kinds.push_back({"client call", kClient, 0});
    kinds.push_back({"send: reset", kSend, ECONNRESET});
    kinds.push_back({"send: interrupted", kSend, EINTR});
    kinds.push_back({"recv: reset", kReceive, ECONNRESET});
    kinds.push_back({"recv: interrupted", kReceive, EINTR});
    kinds.push_back({"no connection", kConnect, ECONNREFUSED});
  }
  Tally tally("nth call of client or system fails", GetParam());
  std::uint64_t all = 0;
  std::vector<std::pair<Kind, std::uint64_t>> places;
  for (const auto& kind : kinds) {
    const auto found = count(kind.calls);
    all += found;
    for (std::uint64_t nth = 1; nth <= found; ++nth) places.emplace_back(kind, nth);
  }
  tally.note("of calls", std::to_string(all));
  const auto tries = cases(16, all * 2);
  tally.run(tries, [&](Case& tried) {
    const auto place = (tried.index * all / tries + (tries < all ? tried.pick(all / tries) : 0));
    const auto& [kind, nth] = places[place];
    const bool lasting = tried.index % 2 == 1 && kind.error != EINTR;
    tried.what = std::string(kind.name) + ", call " + std::to_string(nth) +
                 (lasting ? " and all after it" : "");
    try_out({.action = Action::fail,
             .calls = kind.calls,
             .nth = nth,
             .lasting = lasting,
             .error = kind.error},
            tried,
            {WINNOW_OK, WINNOW_NO_MEMORY, WINNOW_UNAVAILABLE, WINNOW_STORAGE, WINNOW_CONFLICT,
             WINNOW_CONFIGURATION});
  });
}

INSTANTIATE_TEST_SUITE_P(Engines, Exhaustion, testing::ValuesIn(fault_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
