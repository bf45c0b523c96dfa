// A primary that steps down in the midst of a purge, and a replica that never was one.
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;

class PurgeInOutage : public PurgeBed {
 protected:
  void SetUp() override { add_executions(6); }

  // For all sessions to come.
  void set_read_only(const std::string& value) {
    say("ALTER DATABASE \"" + database_.settings().database +
        "\" SET default_transaction_read_only = " + value);
  }
  void end_other_sessions() {
    say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
        "AND pid <> pg_backend_pid()");
  }
};

TEST_P(PurgeInOutage, APrimaryThatStepsDownIsWaitedFor) {
  int batches = 0;
  int refused = 0;
  bed_.host.on_event = [&](const Json& event) {
    if (event["event"] != "batch" || ++batches != 1) return;
    set_read_only("on");
    end_other_sessions();
  };
  bed_.host.on_log = [&](const std::string& text) {
    if (text.find("default_transaction_read_only is on") == std::string::npos) return;
    ++refused;
    set_read_only("off");
  };
  const auto result = require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 2}})));
  EXPECT_EQ(result["executionsCount"], 6);
  EXPECT_EQ(refused, 1);
}

TEST_P(PurgeInOutage, AReplicaIsNot) {
  set_read_only("on");
  const auto result = bed_.run("PurgeExecutions", kPurge);
  set_read_only("off");
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message, HasSubstr("read-only"));
  EXPECT_EQ(bed_.progress.retries.load(), 0);
}

// A server whose sessions can be made read-only.
INSTANTIATE_TEST_SUITE_P(Engines, PurgeInOutage,
                         testing::ValuesIn(only("postgresql", test_engines())),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
