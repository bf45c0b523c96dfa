// Which tasks get a flow's pluginDefaults, and how they are merged: as in Kestra 1.1.15 and 1.3.31
// (PluginDefaultService, MapUtils.deepMerge).
#include "hosts/cli/flow/plugin_defaults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/flow/flow.h"

namespace winnow::cli {
namespace {

using testing::HasSubstr;

const std::string kClass = "io.kestra.plugin.core.execution.PurgeExecutions";
const std::string kAlias = "io.kestra.plugin.core.storage.Purge";
const std::string kOldAlias = "io.kestra.core.tasks.storages.Purge";
const std::string kPlugin = "io.winnow.kestra.PurgeExecutions";

Json described() {
  return Json{{"tasks",
               {{{"name", "PurgeExecutions"}, {"aliases", {kClass, kAlias, kOldAlias}}},
                {{"name", "ListExecutions"}, {"aliases", Json::array()}}}}};
}

Outcome<Flow> flow_of(const std::string& defaults, const std::string& task) {
  auto document = document::parse_yaml(
      "id: f\nnamespace: n\npluginDefaults:\n" + defaults + "tasks:\n  - {id: a, " + task + "}\n",
      "f.yaml");
  if (!document) return fail(document.error());
  auto flow = read_flow(std::move(*document));
  if (!flow) return flow;
  auto merged = with_plugin_defaults(std::move(flow->document), described());
  return merged ? read_flow(std::move(*merged)) : fail(merged.error());
}

// The task's parameters, or the message.
Json merged(const std::string& defaults, const std::string& task) {
  const auto flow = flow_of(defaults, task);
  return flow ? flow->tasks.front().parameters : Json(flow.error().message);
}

bool is_applied(const std::string& default_type, const std::string& task_type) {
  return merged("  - {type: " + default_type + ", values: {x: 1}}\n", "type: " + task_type)
      .contains("x");
}

TEST(PluginDefaults, AreForTheirTypeAndThoseThatBeginWithIt) {
  for (const auto& type : {kClass, kAlias, kPlugin, std::string("PurgeExecutions")}) {
    EXPECT_TRUE(is_applied(type, type)) << type;
  }
  EXPECT_TRUE(is_applied("io.kestra", kClass));
  EXPECT_TRUE(is_applied("io.kestra.plugin.core.", kClass));
  EXPECT_TRUE(is_applied("io.kestra.plugin.core.exec", kClass));
  EXPECT_TRUE(is_applied("io.winnow", kPlugin));
  EXPECT_FALSE(is_applied(kClass + "s", kClass));
  EXPECT_FALSE(is_applied("io.kestra.plugin.core.log.PurgeLogs", kClass));
  EXPECT_FALSE(is_applied("IO.KESTRA", kClass));
}

TEST(PluginDefaults, OfAnAliasAreForTheClassToo) {
  EXPECT_TRUE(is_applied(kAlias, kClass));
  EXPECT_TRUE(is_applied(kOldAlias, kClass));
  // Not the other way round in Kestra, so not here.
  EXPECT_FALSE(is_applied(kClass, kAlias));
  EXPECT_FALSE(is_applied(kAlias, kOldAlias));
}

TEST(PluginDefaults, OfWinnowsOwnNameAreForAllNamesOfTheTask) {
  for (const auto& type : {kClass, kAlias, kOldAlias, kPlugin}) {
    EXPECT_TRUE(is_applied("PurgeExecutions", type)) << type;
  }
  EXPECT_TRUE(is_applied(kClass, "PurgeExecutions"));
  EXPECT_TRUE(is_applied(kAlias, "PurgeExecutions"));
  EXPECT_FALSE(is_applied("PurgeExecutions", "ListExecutions"));
  // Two plugins in Kestra.
  EXPECT_FALSE(is_applied(kClass, kPlugin));
  EXPECT_FALSE(is_applied(kPlugin, kClass));
}

std::string of_class(const std::string& rest) {
  return "  - {type: " + kClass + ", " + rest + "}\n";
}

struct Merge {
  const char* defaults;
  const char* task;
  const char* expected;
};

class PluginDefaultsMerge : public testing::TestWithParam<Merge> {};

TEST_P(PluginDefaultsMerge, IsKestras) {
  const auto& [defaults, task, expected] = GetParam();
  EXPECT_EQ(merged(of_class(defaults), "type: " + kClass + task), Json::parse(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Values, PluginDefaultsMerge,
    testing::Values(Merge{"values: {x: 1}", "", R"({"x": 1})"},
                    Merge{"values: {x: 1}", ", x: 2", R"({"x": 2})"},
                    Merge{"values: {x: 1}", ", x: null", R"({"x": 1})"},
                    Merge{"values: {x: null}", ", x: 2", R"({"x": 2})"},
                    Merge{"values: {x: null}", "", "{}"},
                    Merge{"values: {}", ", x: 2", R"({"x": 2})"},
                    Merge{"forced: true", ", x: 2", R"({"x": 2})"},
                    Merge{"forced: true, values: {x: 1}", ", x: 2", R"({"x": 1})"},
                    Merge{"forced: true, values: {x: null}", ", x: 2", R"({"x": 2})"},
                    Merge{"forced: false, values: {x: 1}", ", x: 2", R"({"x": 2})"},
                    Merge{"values: {x: '{{ now() }}'}", "", R"({"x": "{{ now() }}"})"}));

INSTANTIATE_TEST_SUITE_P(
    Lists, PluginDefaultsMerge,
    testing::Values(Merge{"values: {x: [a, b]}", ", x: [b, c]", R"({"x": ["a", "b", "c"]})"},
                    Merge{"forced: true, values: {x: [a, b]}", ", x: [b, c]",
                          R"({"x": ["b", "c", "a"]})"},
                    Merge{"values: {x: [a]}", ", x: b", R"({"x": "b"})"},
                    Merge{"forced: true, values: {x: a}", ", x: [b]", R"({"x": "a"})"}));

INSTANTIATE_TEST_SUITE_P(Maps, PluginDefaultsMerge,
                         testing::Values(Merge{"values: {x: {k: 1, l: 2}}", ", x: {l: 3}",
                                               R"({"x": {"l": 3, "k": 1}})"},
                                         Merge{"forced: true, values: {x: {l: 2}}",
                                               ", x: {k: 1, l: 3}", R"({"x": {"k": 1, "l": 2}})"}));

TEST(PluginDefaults, MaySetWhatEveryTaskHas) {
  const auto flow = flow_of(of_class("values: {timeout: PT1H, allowFailure: true, disabled: true, "
                                     "runIf: 'false', description: d}"),
                            "type: " + kClass);
  ASSERT_TRUE(flow) << flow.error().message;
  const auto& task = flow->tasks.front();
  EXPECT_EQ(task.timeout, "PT1H");
  EXPECT_TRUE(task.allow_failure && task.disabled);
  EXPECT_EQ(task.run_if, "false");
  EXPECT_EQ(task.parameters, Json::object());
}

TEST(PluginDefaults, OfOneTypeCountInTheirOrder) {
  EXPECT_EQ(
      merged(of_class("values: {x: 1}") + of_class("values: {x: 2, y: 2}"), "type: " + kClass),
      Json::parse(R"({"x": 1, "y": 2})"));
  EXPECT_EQ(merged(of_class("values: {x: 1}") + of_class("forced: true, values: {x: 2}"),
                   "type: " + kClass),
            Json::parse(R"({"x": 2})"));
}

// Read off Kestra 1.1.15 and 1.3.31: the order is that of a Java HashMap's buckets.
TEST(PluginDefaults, OfSeveralTypesCountInTheOrderOfKestrasHashMap) {
  struct Pair {
    std::string counts;  // if neither is forced
    std::string other;
  };
  const Pair pairs[] = {{kClass, "io.kestra"},
                        {kClass, "io.kestra.plugin.core"},
                        {kClass, "io.kestra.plugin.core.execution"},
                        {kClass, kAlias},
                        {"io.kestra.plugin.core.", kClass},
                        {"io", kClass},
                        {"io.kestra.plugin.core.", "io.kestra.plugin.core"},
                        {"io.kestra.plugin.core", "io.kestra.plugin"},
                        {kAlias, "io.kestra"}};
  for (const auto& [counts, other] : pairs) {
    const std::string one = "  - {type: " + counts + ", FORCED values: {x: counts}}\n";
    const std::string two = "  - {type: " + other + ", FORCED values: {x: other}}\n";
    for (auto defaults : {one + two, two + one}) {
      for (const auto& [forced, expected] :
           {std::pair("", "counts"), std::pair("forced: true,", "other")}) {
        std::string text = defaults;
        for (auto at = text.find("FORCED"); at != std::string::npos; at = text.find("FORCED")) {
          text.replace(at, 6, forced);
        }
        if (*forced != '\0' && counts == kClass && other == kAlias) continue;  // one type: below
        EXPECT_EQ(merged(text, "type: " + kClass)["x"], expected) << text;
      }
    }
  }
}

// Of two forced ones of a type Kestra 1.1 uses the first, Kestra 1.3 the last.
TEST(PluginDefaults, AreRefusedWhereVersionsOfKestraDiffer) {
  const std::string type = "type: " + kClass;
  const std::string first = of_class("forced: true, values: {x: 1}");
  const std::string alias = "  - {type: " + kAlias + ", forced: true, values: {x: 2}}\n";
  for (const auto& second : {of_class("forced: true, values: {x: 2}"), alias}) {
    EXPECT_THAT(merged(first + second, type).dump(),
                HasSubstr("force two values of 'x' on the task 'a'"));
  }
  // Where both say the same there is nothing to decide.
  EXPECT_EQ(merged(first + of_class("forced: true, values: {x: 1, y: 2}"), type),
            Json::parse(R"({"x": 1, "y": 2})"));
}

TEST(PluginDefaults, ThatAreForNoTaskAreNamed) {
  const auto flow =
      *flow_of(of_class("values: {x: 1}") + "  - {type: io.other}\n", "type: " + kClass);
  EXPECT_THAT(unused_plugin_defaults(flow.document.value, described()),
              testing::ElementsAre("io.other"));
}

TEST(PluginDefaults, KeepTheirLines) {
  const auto flow = *flow_of("  - type: " + kClass + "\n    values:\n      x:\n        y: 1\n",
                             "type: " + kClass);
  EXPECT_EQ(flow.document.place("/tasks/0/x/y"), "f.yaml:7");
  EXPECT_EQ(flow.document.place("/tasks/0/type"), "f.yaml:9");
}

}  // namespace
}  // namespace winnow::cli
