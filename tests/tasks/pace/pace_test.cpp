#include "tasks/pace/pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using document::Json;
using testing::HasSubstr;
using namespace std::chrono_literals;

const auto kNow = document::parse_instant("2026-03-10T12:00:00Z").value();

Pace of(const char* json) {
  return read_pace(Json::parse(json), "/pace").value();
}

Outcome<Pace> with(const std::optional<Pace>& allowed, const char* parameter) {
  WINNOW_TRY(const auto wanted, read_pace(Json::parse(parameter), "/pace"));
  return narrowed(allowed, wanted, "/pace", kNow);
}

TEST(Pace, IsReadFromItsMembers) {
  const auto pace = of(
      R"({"workShare": 0.9, "rowsPerSecond": 500, "window": "22:00-06:00 UTC", "budget": "PT2H", "maxLag": "PT5S",
                           "replicas": [], "stopFile": "/x"})");
  EXPECT_EQ(pace.work_share, 0.9);
  EXPECT_EQ(pace.rows_per_second, 500);
  ASSERT_EQ(pace.windows.size(), 1U);
  EXPECT_EQ(pace.windows[0].text(), "22:00-06:00 UTC");
  EXPECT_EQ(pace.budget, 2h);
  EXPECT_EQ(pace.max_lag, 5s);
}

TEST(Pace, NamesTheMemberThatIsWrong) {
  const std::pair<const char*, const char*> wrong[] = {{R"({"budget": "2h"})", "/pace/budget"},
                                                       {R"({"budget": "PT0S"})", "/pace/budget"},
                                                       {R"({"maxLag": "10"})", "/pace/maxLag"},
                                                       {R"({"window": "22-6"})", "/pace/window"}};
  for (const auto& [json, pointer] : wrong) {
    const auto pace = read_pace(Json::parse(json), "/pace");
    ASSERT_FALSE(pace) << json;
    EXPECT_EQ(pace.error().kind, FailureKind::invalid_parameter);
    EXPECT_EQ(pace.error().pointer, pointer);
  }
}

TEST(Pace, OfAParameterMayOnlyNarrowTheOperators) {
  const auto allowed = of(
      R"({"workShare": 0.5, "rowsPerSecond": 500, "budget": "PT2H", "window": "22:00-06:00 UTC"})");
  const auto pace =
      with(allowed, R"({"workShare": 0.2, "rowsPerSecond": 100, "budget": "PT1H", "maxLag": "PT2S",
                                      "window": "01:00-07:00 UTC"})")
          .value();
  EXPECT_EQ(pace.work_share, 0.2);
  EXPECT_EQ(pace.rows_per_second, 100);
  EXPECT_EQ(pace.budget, 1h);
  EXPECT_EQ(pace.max_lag, 2s);
  EXPECT_EQ(pace.windows.size(), 2U);

  const std::pair<const char*, const char*> more[] = {
      {R"({"workShare": 0.6})", "/pace/workShare"},
      {R"({"rowsPerSecond": 501})", "/pace/rowsPerSecond"},
      {R"({"budget": "PT3H"})", "/pace/budget"},
      {R"({"maxLag": "PT11S"})", "/pace/maxLag"},
      {R"({"window": "06:00-22:00 UTC"})", "/pace/window"}};
  for (const auto& [parameter, pointer] : more) {
    const auto refused = with(allowed, parameter);
    ASSERT_FALSE(refused) << parameter;
    EXPECT_EQ(refused.error().kind, FailureKind::denied);
    EXPECT_EQ(refused.error().pointer, pointer);
    EXPECT_THAT(refused.error().message, HasSubstr("operator"));
  }
}

TEST(Pace, OfAParameterIsFreeWhereTheOperatorSaysNothing) {
  const auto pace = with(std::nullopt, R"({"workShare": 1, "maxLag": "PT1H"})").value();
  EXPECT_EQ(pace.work_share, 1);
  EXPECT_EQ(pace.max_lag, 1h);
}

TEST(Pace, OfTheOperatorStaysWhereAParameterSaysNothing) {
  auto allowed = of(R"({"workShare": 0.5})");
  allowed.stop_file = "/stop";
  const auto pace = with(allowed, "{}").value();
  EXPECT_EQ(pace.work_share, 0.5);
  EXPECT_EQ(pace.max_lag, kMaxLag);
  EXPECT_EQ(pace.stop_file, "/stop");
}

}  // namespace
}  // namespace winnow::tasks
