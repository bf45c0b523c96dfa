// Parameters are checked strictly, before anything is connected to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/manifests/registry.h"

namespace winnow::plugin {
namespace {

using testing::HasSubstr;

Outcome<document::Json> check(std::string_view task, std::string_view json) {
  static const auto registry = Registry::load({}).value();
  return checked_parameters(**registry.find(task), json);
}

TEST(ParametersTest, TheDefaultsAreFilledIn) {
  const auto checked =
      check("PurgeExecutions", R"({"endDate": "2026-01-01T00:00:00Z", "purgeLog": false})").value();
  EXPECT_EQ(checked["purgeLog"], false);
  EXPECT_EQ(checked["purgeMetric"], true);
  EXPECT_EQ(checked["batchSize"], 1000);
  EXPECT_EQ(checked["dryRun"], false);
  EXPECT_FALSE(checked.contains("states"));
  EXPECT_FALSE(checked.contains("namespace"));
}

TEST(ParametersTest, NoTextStandsForNoParameters) {
  EXPECT_EQ(check("ListLogs", "").value()["fetchType"], "FETCH");
  EXPECT_EQ(check("PurgeLogs", "").error().pointer, "/endDate");
}

// The parameters together with the required endDate.
std::string with_end(const std::string& members) {
  return R"({"endDate": "2026-01-01T00:00:00Z", )" + members + "}";
}

struct Case {
  std::string json;
  const char* pointer;
  const char* message;
};

class RefusesParameters : public testing::TestWithParam<Case> {};

TEST_P(RefusesParameters, WithPointerAndExpectation) {
  const auto checked = check("PurgeExecutions", GetParam().json);
  ASSERT_FALSE(checked.has_value()) << checked->dump();
  EXPECT_EQ(checked.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(checked.error().pointer, GetParam().pointer);
  EXPECT_THAT(checked.error().message, HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusesParameters,
    testing::Values(
        Case{"{}", "/endDate",
             "/endDate: is required: Executions that ended at or before this instant"},
        Case{R"({"enddate": "2026-01-01T00:00:00Z"})", "/enddate", R"(did you mean "endDate"?)"},
        Case{with_end(R"("retention": 1)"), "/retention", "is not known here"},
        Case{with_end(R"("batchSize": "abc")"), "/batchSize", R"(/batchSize: expected an integer)"},
        Case{with_end(R"("batchSize": 0)"), "/batchSize", "found the number 0"},
        Case{with_end(R"("batchTime": 60001)"), "/batchTime", "found the number 60001"},
        Case{with_end(R"("batchSize": 1.5)"), "/batchSize", "expected an integer"},
        Case{with_end(R"("batchSize": 18446744073709551615)"), "/batchSize", "expected an integer"},
        Case{with_end(R"("purgeLog": "false")"), "/purgeLog",
             R"(expected true or false, found the string "false")"},
        Case{with_end(R"("purgeLog": 0)"), "/purgeLog",
             "expected true or false, found the number 0"},
        Case{with_end(R"("dryRun": null)"), "/dryRun", "expected true or false, found null"},
        Case{with_end(R"("namespace": "")"), "/namespace", "expected a string that is not empty"},
        Case{with_end(R"("namespace": null)"), "/namespace", "found null"},
        Case{with_end(R"("namespace": [])"), "/namespace", "found an empty list"},
        Case{with_end(R"("namespace": ["a", ""])"), "/namespace/1", "found the empty string"},
        Case{with_end(R"("namespace": {"nto": "a"})"), "/namespace/nto", R"(did you mean "not"?)"},
        Case{with_end(R"("namespace": {"not": []})"), "/namespace/not", "found an empty list"},
        Case{with_end(R"("namespace": {"not": {"not": "a"}})"), "/namespace/not",
             "found an object"},
        Case{with_end(R"("executionId": 5)"), "/executionId", "found the number 5"},
        Case{with_end(R"("labels": {})"), "/labels",
             "expected an object of at least 1 member, found an empty object"},
        Case{with_end(R"("labels": ["env"])"), "/labels", "found a list of 1"},
        Case{with_end(R"("labels": {"env": 1.5})"), "/labels/env", "found the number 1.5"},
        Case{with_end(R"("labels": {"env": {"not": null}})"), "/labels/env/not", "found null"},
        Case{with_end(R"("kind": ["TSET"])"), "/kind/0", R"(did you mean "TEST"?)"},
        Case{with_end(R"("states": [])"), "/states",
             "expected a list of at least 1 element, found an empty list"},
        Case{with_end(R"("states": ["SUCCES"])"), "/states/0", R"(did you mean "SUCCESS"?)"},
        Case{with_end(R"("states": [null])"), "/states/0", "found null"},
        Case{R"({"endDate": "2026-01-01"})", "/endDate", "expected a date and time with a zone"},
        Case{R"({"endDate": 1767225600})", "/endDate", "found the number 1767225600"},
        Case{R"({"endDate": ""})", "/endDate", "found the empty string"},
        Case{with_end(R"("endDate": "2026-01-01T00:00:00Z")"), "/endDate", "stands here twice"},
        Case{with_end(R"("states": [{"a": 1, "a": 2}])"), "/states/0/a", "stands here twice"},
        Case{"[]", "", "parameters: expected an object"},
        Case{"null", "", "parameters: expected an object"},
        Case{"12", "", "parameters: expected an object"},
        Case{"{", "", "parameters:1: this is not JSON"}, Case{"endDate: x", "", "this is not JSON"},
        Case{"{\"a\": \"\xc3\"}", "", "not UTF-8"}, Case{" ", "", "this is not JSON"}));

// What is wrong inside of them the task says itself, as of an operator's file.
TEST(ParametersTest, TheRulesOfAPolicyAreHeldToTheirTypeAlone) {
  EXPECT_TRUE(check("ApplyRetention", R"({"rules": [{"match": {"state": "FAILED"}}]})"));
  const auto refused = check("ApplyRetention", R"({"rules": {}})");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().pointer, "/rules");
  EXPECT_THAT(refused.error().message, HasSubstr("expected a list"));
  EXPECT_FALSE(check("ExplainRetention", R"({"executionId": "a", "logs": []})"));
}

TEST(ParametersTest, RefusesDeepAndLargeTexts) {
  EXPECT_THAT(check("ListLogs", "{\"a\":" + std::string(1'000'000, '[')).error().message,
              HasSubstr("deeper than 100 levels"));
  EXPECT_THAT(check("ListLogs", std::string(11'000'000, ' ')).error().message,
              HasSubstr("larger than 10 MiB"));
}

TEST(ParametersTest, ManyRepeatedColumnsAreRefusedInOnePass) {
  std::string columns = R"({"columns": ["level")";
  for (int i = 0; i < 50'000; ++i) columns += R"(,"level")";
  const auto failure = check("ListLogs", columns + "]}").error();
  EXPECT_EQ(failure.pointer, "/columns/1");
}

}  // namespace
}  // namespace winnow::plugin
