// The progress bar, what a terminal may be shown, and the result that goes to stdout.
#include "hosts/cli/console/console.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/console/result.h"

namespace winnow::cli {
namespace {

using testing::HasSubstr;

winnow_progress progress(std::int64_t done, std::int64_t planned) {
  winnow_progress progress{};
  progress.size = sizeof progress;
  progress.phase = WINNOW_PHASE_WORKING;
  progress.rows_done = done;
  progress.rows_planned = planned;
  progress.batches = 3;
  progress.elapsed_ms = 4200;
  return progress;
}

TEST(Bar, ShowsTheShareWhereItIsKnown) {
  EXPECT_EQ(Console::bar("purge", progress(5000, 10000), 100),
            "purge  [###############...............] 50% 5,000/10,000  3 batches  4 s");
  EXPECT_EQ(Console::bar("purge", progress(1234567, -1), 100),
            "purge  1,234,567 rows  3 batches  4 s");
}

TEST(Bar, NeverGoesBeyondItsEndsOrTheTerminal) {
  EXPECT_THAT(Console::bar("purge", progress(20000, 10000), 100), HasSubstr("100%"));
  EXPECT_THAT(Console::bar("purge", progress(-5, 10000), 100), HasSubstr("0%"));
  for (std::size_t columns = 0; columns < 90; ++columns) {
    EXPECT_LE(Console::bar("a task with a long name", progress(5000, 10000), columns).size(),
              std::max<std::size_t>(columns, 3))
        << columns;
  }
}

TEST(Printable, LetsNoStringCommandTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\x07"), "a?[2Jb? ?");
  EXPECT_EQ(printable("Größe"), "Größe");
}

TEST(Result, PutsInWhatTheLibraryWroteAsItIs) {
  Result result;
  EXPECT_EQ(result.text(false), "{}");
  result.add("a", std::string_view(R"({"n":1.50,"n":2})"));
  result.add("\"b\"", document::Json{{"c", nullptr}});
  EXPECT_EQ(result.text(false), R"({"a":{"n":1.50,"n":2},"\"b\"":{"c":null}})");
}

TEST(Result, TakesTheMembersOfAWholeObject) {
  for (const char* object : {"{}", "{ }", "{\"x\": [1, 2]}"}) {
    Result result(object);
    EXPECT_EQ(result.text(false), object);
    result.add("error", document::Json(5));
    EXPECT_EQ(document::Json::parse(result.text(false))["error"], 5) << object;
  }
}

TEST(Result, IsIndentedForPeople) {
  EXPECT_EQ(Result(R"({"x":[1]})").text(true), "{\n  \"x\": [\n    1\n  ]\n}");
}

}  // namespace
}  // namespace winnow::cli
