// What a flow's inputs and its environment become.
#include "hosts/cli/flow/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/flow/scope.h"
#include "tests/hosts/cli/environment_guard.h"

namespace winnow::cli {
namespace {

using testing::HasSubstr;

Flow flow_with_inputs(const std::string& inputs) {
  auto document = document::parse_yaml(
      "id: f\nnamespace: n\ninputs:\n" + inputs + "tasks: [{id: a, type: T}]\n", "f.yaml");
  return *read_flow(std::move(*document));
}

Json inputs_of(const std::string& definition, const std::map<std::string, std::string>& given) {
  const Flow flow = flow_with_inputs(definition);
  const auto inputs = resolve_inputs(flow, given, initial_scope(flow));
  return inputs ? *inputs : Json(inputs.error().message);
}

TEST(Inputs, HaveTheTypesThatTheFlowAsksFor) {
  EXPECT_EQ(inputs_of("  - {id: a, type: INT}\n", {{"a", "-5"}}), Json::parse(R"({"a": -5})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: FLOAT}\n", {{"a", "1.5"}}), Json::parse(R"({"a": 1.5})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: BOOLEAN}\n", {{"a", "true"}}),
            Json::parse(R"({"a": true})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: STRING}\n", {{"a", "x=y"}}),
            Json::parse(R"({"a": "x=y"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: ARRAY}\n", {{"a", "[\"x\"]"}}),
            Json::parse(R"({"a": ["x"]})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: JSON}\n", {{"a", "{\"x\": 1}"}}),
            Json::parse(R"({"a": {"x": 1}})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: DATETIME}\n", {{"a", "2026-02-03T01:00:00Z"}}),
            Json::parse(R"({"a": "2026-02-03T01:00:00Z"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: DATE}\n", {{"a", "2026-02-03"}}),
            Json::parse(R"({"a": "2026-02-03"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: TIME}\n", {{"a", "01:00"}}),
            Json::parse(R"({"a": "01:00"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: DURATION}\n", {{"a", "PT5M"}}),
            Json::parse(R"({"a": "PT5M"})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: MULTISELECT, values: [x, y]}\n", {{"a", "[\"y\"]"}}),
            Json::parse(R"({"a": ["y"]})"));
}

TEST(Inputs, RefuseWhatDoesNotFit) {
  const std::pair<const char*, const char*> wrong[] = {{"INT", "1.5"},
                                                       {"INT", ""},
                                                       {"INT", "9223372036854775808"},
                                                       {"FLOAT", "nan"},
                                                       {"FLOAT", "1,5"},
                                                       {"BOOLEAN", "yes"},
                                                       {"DATETIME", "2026-02-03T01:00:00"},
                                                       {"DATE", "2026-02-30"},
                                                       {"DATE", "2026-02-03T00:00:00Z"},
                                                       {"TIME", "25:00"},
                                                       {"DURATION", "5 minutes"},
                                                       {"ARRAY", "x"},
                                                       {"ARRAY", "{}"},
                                                       {"JSON", "{"}};
  for (const auto& [type, value] : wrong) {
    EXPECT_THAT(inputs_of(std::string("  - {id: a, type: ") + type + "}\n", {{"a", value}}).dump(),
                HasSubstr("--input a: the value must be"))
        << type << " " << value;
  }
}

TEST(Inputs, MayUseTheOnesBeforeThemInTheirDefaults) {
  EXPECT_EQ(inputs_of("  - {id: a, type: INT, defaults: 3}\n  - {id: b, type: INT, defaults: '{{ "
                      "inputs.a * 2 }}'}\n",
                      {}),
            Json::parse(R"({"a": 3, "b": 6})"));
  EXPECT_EQ(inputs_of("  - {id: a, type: STRING, required: false}\n", {}),
            Json::parse(R"({"a": null})"));
}

TEST(Inputs, AreUtf8) {
  EXPECT_THAT(read_assignments({"a=caf\xe9"}).error().message, HasSubstr("UTF-8"));
}

// A string that came in as a value is never evaluated.
TEST(Inputs, AreNotExpressions) {
  EXPECT_EQ(inputs_of("  - {id: a, type: STRING}\n", {{"a", "{{ now() }}"}}),
            Json::parse(R"({"a": "{{ now() }}"})"));
}

TEST(Scope, ShowsOnlyTheEnvironmentThatIsMeantForFlows) {
  const tests::EnvironmentGuard shown("ENV_TEAM_NAME", "ops");
  const tests::EnvironmentGuard hidden("WINNOW_TEST_SECRET", "geheim");
  const tests::EnvironmentGuard broken("ENV_BROKEN", "caf\xe9");
  const Json envs = initial_scope(Flow{}).variables["envs"];
  EXPECT_EQ(envs["team_name"], Json("ops"));
  EXPECT_FALSE(envs.contains("broken"));
  EXPECT_THAT(envs.dump(), testing::Not(HasSubstr("geheim")));
}

}  // namespace
}  // namespace winnow::cli
