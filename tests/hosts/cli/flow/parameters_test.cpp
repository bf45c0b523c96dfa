// How a flow's strings become a task's parameters.
#include "hosts/cli/flow/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/flow/scope.h"

namespace winnow::cli {
namespace {

using testing::HasSubstr;

Json parameters_of(const std::string& yaml, Readiness readiness = Readiness::now) {
  auto document = document::parse_yaml(
      "id: f\nnamespace: n\nvariables: {n: 5, l: [x], t: '7', f: true, e: '', s: '{\"a\": 1}', i: "
      "'{ {x} }'}\ntasks: [{id: a, type: T, " +
          yaml + "}]\n",
      "f.yaml");
  if (!document) return document.error().message;
  const auto flow = read_flow(std::move(*document));
  if (!flow) return flow.error().message;
  expression::Scope scope = initial_scope(*flow);
  scope.variables["outputs"] = Json::parse(R"({"l": {"size": 3, "rows": [{"id": "x"}]}})");
  const Json schema = Json::parse(R"({"type": "object", "properties": {
    "text": {"type": "string"}, "whole": {"type": "integer", "default": 1}, "real": {"type": "number"},
    "flag": {"type": "boolean", "default": true}, "keepLast": {"type": "integer"},
    "dryRun": {"type": "boolean", "default": false},
    "list": {"type": "array"}, "map": {"type": "object"}, "either": {"type": ["integer", "array"]},
    "values": {"type": ["string", "array", "object"]}}})");
  const auto parameters = render_parameters(*flow, flow->tasks.front(), schema, scope, readiness);
  return parameters ? *parameters : Json(parameters.error().message);
}

TEST(Parameters, AreConvertedToTheTypeOfTheSchema) {
  const std::pair<const char*, const char*> right[] = {
      {"whole: '100'", R"({"whole": 100})"},
      {"whole: '{{ vars.n }}'", R"({"whole": 5})"},
      {"whole: '{{ vars.t }}'", R"({"whole": 7})"},
      {"whole: '1{{ vars.n }}'", R"({"whole": 15})"},
      {"real: '{{ 1 }}'", R"({"real": 1})"},
      {"real: '1.5'", R"({"real": 1.5})"},
      {"flag: 'true'", R"({"flag": true})"},
      {"flag: '{{ not vars.f }}'", R"({"flag": false})"},
      {"text: '{{ vars.n }}'", R"({"text": "5"})"},
      {"text: 5", R"({"text": "5"})"},
      {"text: '100'", R"({"text": "100"})"},
      {"list: '{{ vars.l }}'", R"({"list": ["x"]})"},
      {"list: '[\"a\", \"b\"]'", R"({"list": ["a", "b"]})"},
      {"list: ['{{ vars.n }}', b]", R"({"list": [5, "b"]})"},
      {"map: '{{ vars.s }}'", R"({"map": {"a": 1}})"},
      {"map: {k: '{{ vars.t }}'}", R"({"map": {"k": "7"}})"},
      {"either: '5'", R"({"either": 5})"},
      {"either: '[5]'", R"({"either": [5]})"},
      {"values: 'a.**'", R"({"values": "a.**"})"},
      {"values: 5", R"({"values": "5"})"},
      {"values: '{{ vars.l }}'", R"({"values": ["x"]})"},
      {"values: '[\"a\"]'", R"({"values": ["a"]})"},
      {"values: '[a'", R"({"values": "[a"})"},
      {"values: {not: '{{ vars.t }}'}", R"({"values": {"not": "7"}})"},
      {"list: '{{ outputs.l.rows }}'", R"({"list": [{"id": "x"}]})"},
      {"unknown: '{{ vars.n }}'", R"({"unknown": 5})"}};
  for (const auto& [yaml, expected] : right)
    EXPECT_EQ(parameters_of(yaml), Json::parse(expected)) << yaml;
}

// The schema then says what is wrong with them.
TEST(Parameters, ThatDoNotFitStayAsTheyAre) {
  const std::pair<const char*, const char*> wrong[] = {
      {"whole: '1.5'", R"({"whole": "1.5"})"},
      {"whole: 1.5", R"({"whole": 1.5})"},
      {"flag: 'yes'", R"({"flag": "yes"})"},
      {"list: 'a'", R"({"list": "a"})"},
      {"list: '[a'", R"({"list": "[a"})"},
      {"whole: ''", R"({"whole": ""})"},
      {"whole: '99999999999999999999'", R"({"whole": "99999999999999999999"})"}};
  for (const auto& [yaml, expected] : wrong)
    EXPECT_EQ(parameters_of(yaml), Json::parse(expected)) << yaml;
}

TEST(Parameters, ThatAreNothingCountAsAbsentWhereADefaultIsSafe) {
  EXPECT_EQ(parameters_of("text: null, whole: ~"), Json::object());
  EXPECT_EQ(parameters_of("whole: '{{ vars.x ?? null }}', flag: '{{ vars.e }}'"), Json::object());
}

// An empty filter would select everything.
TEST(Parameters, ThatAreNothingAreRefusedWhereTheyNarrow) {
  for (const char* yaml :
       {"text: '{{ vars.e }}'", "text: '{{ vars.x ?? null }}'", "list: '{{ vars.e }}'",
        "text: ' {{ vars.e }} '", "keepLast: '{{ vars.x ?? null }}'", "real: '{{ vars.e }}'",
        "dryRun: '{{ vars.x ?? null }}'"}) {
    EXPECT_THAT(parameters_of(yaml).dump(), HasSubstr("f.yaml:4: the expression gives nothing"))
        << yaml;
  }
}

TEST(Parameters, ThatWaitForAnOutputAreLeftOutBeforeAnyTask) {
  EXPECT_EQ(parameters_of("whole: '{{ outputs.l.size }}', text: a", Readiness::before_any_task),
            Json::parse(R"({"text": "a"})"));
  EXPECT_EQ(parameters_of("whole: '{{ outputs.l.size }}', text: a"),
            Json::parse(R"({"whole": 3, "text": "a"})"));
}

}  // namespace
}  // namespace winnow::cli
