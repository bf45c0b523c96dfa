// Receipts of a run with several connections: their records are one chain, with each batch once.
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"
#include "tests/tasks/receipts/receipts_file.h"

namespace winnow::tests {
namespace {

class ReceiptsTogether : public PurgeBed {};

TEST_P(ReceiptsTogether, AreOneChain) {
  if (!is_server()) GTEST_SKIP() << "SQLite has one connection that writes";
  add_executions(300);
  const ReceiptsFile file;
  bed_.receipts = {.file = file.path(), .events = true};
  bed_.connections = 4;
  const auto result =
      require_result(bed_.run("PurgeExecutions", with(kPurge, {{"batchSize", 10}})));
  const auto proof = require_result(bed_.run("VerifyReceipts", {{"database", true}}));
  EXPECT_EQ(proof["rows"], 300);
  EXPECT_EQ(proof["committed"], result["batches"]);
  EXPECT_EQ(proof["counts"]["logsCount"], result["logsCount"]);
  // The host has the same lines in the same order.
  std::vector<std::string> heard;
  for (const auto& event : bed_.host.events()) {
    if (event["event"] == "receipt") heard.push_back(event["line"]);
  }
  EXPECT_EQ(heard, file.lines());
}

INSTANTIATE_TEST_SUITE_P(Engines, ReceiptsTogether, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
