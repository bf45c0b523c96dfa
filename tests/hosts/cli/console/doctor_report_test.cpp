// The doctor's table for people.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/console/report.h"

namespace winnow::cli {
namespace {

TEST(DoctorReport, ShowsATableALineAndWhatToDo) {
  const std::string result =
      R"({"server": "PostgreSQL 15.18", "schema": "1.3", "database": {"bytes": 1536},
    "tables": [
      {"table": "executions", "rows": 12, "deadRows": 3, "bytes": 2097152, "indexBytes": 512, "missingIndexes": [{}]},
      {"table": "logs", "orphans": {"rowsLookedAt": 100, "found": 7, "all": false}}],
    "findings": [{"table": "logs", "problem": "7 are orphans", "remedy": "PurgeLogs"},
                 {"problem": "a long transaction", "remedy": "end it"}]})";
  EXPECT_EQ(doctor_report(document::Json::parse(result), {}),
            "PostgreSQL 15.18, schema of Kestra 1.3, 1.5 KiB\n"
            "\n"
            "table       rows  dead     size  indexes  missing indexes   orphans\n"
            "executions    12     3  2.0 MiB    512 B                1         -\n"
            "logs           -     -        -        -                0  7 of 100\n"
            "\n"
            "- logs: 7 are orphans\n"
            "  PurgeLogs\n"
            "- a long transaction\n"
            "  end it\n");
}

TEST(DoctorReport, SaysWhenThereIsNothingToDo) {
  EXPECT_THAT(
      doctor_report(document::Json::parse(R"({"server": "SQLite 3.40", "findings": []})"), {}),
      testing::EndsWith("Nothing to do.\n"));
}

}  // namespace
}  // namespace winnow::cli
