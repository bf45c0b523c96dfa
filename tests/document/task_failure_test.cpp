// The JSON of a failure, as it crosses the contract: what was written is what is read.
#include "document/task_failure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow {
namespace {

using document::Json;
using testing::HasSubstr;

TEST(TaskFailure, IsReadAsItWasWritten) {
  const TaskFailure failure(Failure{.kind = FailureKind::conflict,
                                    .message = "locked",
                                    .pointer = "/a",
                                    .retryable = true,
                                    .sqlstate = "55P03"},
                            Json{{"logsCount", 3}});
  const std::string text = to_json(failure).dump();
  EXPECT_EQ(text, R"({"code":"CONFLICT","message":"locked","pointer":"/a","retryable":true,)"
                  R"("sqlstate":"55P03","done":{"logsCount":3}})");
  const TaskFailure read = read_task_failure(8, text);
  EXPECT_EQ(read.kind, FailureKind::conflict);
  EXPECT_EQ(to_json(read).dump(), text);
}

// Where memory ran out, what was committed can't be reported and must not be reported wrong.
TEST(TaskFailure, KeepsWhatIsMissingMissing) {
  const auto read = read_task_failure(12, R"({"code": "NO_MEMORY", "message": "Out of memory."})");
  EXPECT_FALSE(to_json(read).contains("done"));
  const Json wordless = to_json(Failure{.kind = FailureKind::no_memory, .message = {}});
  EXPECT_EQ(wordless["done"], Json::object());
  EXPECT_NE(wordless["message"], "");
}

TEST(TaskFailure, ReadsOneOfALaterVersion) {
  const auto read = read_task_failure(99, R"({"code": "TIRED", "message": "Not now.", "more": 1})");
  EXPECT_EQ(read.kind, FailureKind::internal);
  EXPECT_EQ(read.message, "Not now. (the library's status 99, unknown to this command)");
}

TEST(TaskFailure, SaysThatTheExplanationIsMissing) {
  for (const char* text : {"", "no JSON", "[]", "{}", "null"}) {
    const auto read = read_task_failure(6, text);
    EXPECT_EQ(read.kind, FailureKind::internal) << text;
    EXPECT_THAT(read.message, HasSubstr("status 6 without an explanation"));
  }
  EXPECT_EQ(read_task_failure(6, R"({"code": 5, "message": 7, "retryable": "yes"})").message, "");
}

}  // namespace
}  // namespace winnow
