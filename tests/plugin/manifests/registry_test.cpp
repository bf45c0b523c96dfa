// The tasks that there are, and how they are found.
#include "plugin/manifests/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/builtin/manifests.h"
#include "plugin/builtin/schemas.h"
#include "tests/plugin/manifests/builtin_check.h"
#include "tests/plugin/scratch.h"

namespace winnow::plugin {
namespace {

using testing::HasSubstr;

class RegistryTest : public Scratch {};

constexpr const char* kExamples = WINNOW_SOURCE "/docs/examples/manifests";

std::string listing(const std::string& name) {
  return "name: " + name +
         "\nengine: listing\ntitle: t\ndescription: d\ntable: things\norder: {columns: "
         "[id]}\ncolumns: {id: {column: key}}\n";
}

TEST_F(RegistryTest, HasTheBuiltInTasks) {
  const auto registry = Registry::load({}).value();
  std::vector<std::string> names;
  const auto all = registry.describe_all().value();
  for (const auto& task : all["tasks"]) names.push_back(task["name"]);
  EXPECT_THAT(names, testing::ElementsAre("ApplyRetention", "Doctor", "ExplainRetention",
                                          "ListExecutions", "ListLogs", "ListMetrics",
                                          "PurgeExecutions", "PurgeLogs", "PurgeMetrics",
                                          "PurgeOrphans", "PurgeStorage", "VerifyReceipts"));
}

TEST_F(RegistryTest, FindsByNameAndByKestrasOwnNames) {
  const auto registry = Registry::load({}).value();
  for (const auto* name :
       {"PurgeExecutions", "io.kestra.plugin.core.execution.PurgeExecutions",
        "io.kestra.plugin.core.storage.Purge", "io.kestra.core.tasks.storages.Purge"}) {
    EXPECT_EQ((*registry.find(name))->manifest.name, "PurgeExecutions") << name;
  }
  EXPECT_EQ((*registry.find("io.kestra.plugin.core.log.PurgeLogs"))->manifest.name, "PurgeLogs");
}

// Each is read when it is requested: whatever was read before, the same task is found.
TEST_F(RegistryTest, FindsEachBuiltInTaskFirstOfAll) {
  const auto all = BuiltinTasks().all().value();
  EXPECT_EQ(all.size(), builtin_manifests().size());
  for (const auto& [name, task] : all) {
    auto names = task->manifest.aliases;
    names.push_back(name);
    for (const auto& each : names) {
      BuiltinTasks fresh;
      const auto found = fresh.find(each).value();
      ASSERT_TRUE(found) << each;
      EXPECT_EQ(found->manifest.name, name);
      EXPECT_EQ(found->manifest.purges.size(), task->manifest.purge_names.size());
      EXPECT_EQ(fresh.find(each).value(), found) << "read once";
    }
  }
  EXPECT_EQ(BuiltinTasks().find("other.package.PurgeLogs").value(), nullptr);
}

TEST_F(RegistryTest, AnOperatorsListingCannotTakeTheNameOfOneThatIsBuiltIn) {
  const auto file = write("a.yaml", listing("ListLogs"));
  EXPECT_EQ(Registry::load({folder()}).error().message,
            file + ":1: /name: \"ListLogs\" is the task ListLogs (built-in) already");
}

TEST_F(RegistryTest, SuggestsTheNearestName) {
  const auto registry = Registry::load({}).value();
  const auto failure = registry.find("PurgeExecution").error();
  EXPECT_EQ(failure.kind, FailureKind::unknown_task);
  EXPECT_EQ(failure.message,
            R"(there is no task "PurgeExecution" (did you mean "PurgeExecutions"?))");
  EXPECT_EQ(registry.find("Backup").error().message, R"(there is no task "Backup")");
  EXPECT_LT(registry.find(std::string(100'000, 'x')).error().message.size(), 1000U);
}

// Other tasks of Kestra's, and typing errors.
TEST_F(RegistryTest, BringsUpNoTaskOfAnotherPackageOrKind) {
  const auto registry = Registry::load({}).value();
  const auto message = [&registry](const char* name) {
    return registry.find(name).error().message;
  };
  for (const char* name :
       {"io.kestra.plugin.core.log.Log", "io.kestra.plugin.core.log.Fetch",
        "io.kestra.plugin.core.kv.PurgeKV", "io.kestra.plugin.core.execution.Count",
        "io.kestra.plugin.core.storage.Reverse", "io.kestra.plugin.core.flow.PurgeLog",
        "io.kestra.plugin.ee.core.log.PurgeAuditLogs", "Log", "log.", ".", ""}) {
    EXPECT_EQ(message(name), std::string("there is no task \"") + name + "\"");
  }
  EXPECT_EQ(message("io.kestra.plugin.core.log.PurgeLog"),
            "there is no task \"io.kestra.plugin.core.log.PurgeLog\" (did you mean "
            "\"io.kestra.plugin.core.log.PurgeLogs\"?)");
}

TEST_F(RegistryTest, DescribesATask) {
  const auto registry = Registry::load({}).value();
  const auto described = registry.describe(**registry.find("PurgeLogs"));
  EXPECT_EQ(described["engine"], "purge");
  EXPECT_EQ(described["source"], "built-in");
  EXPECT_EQ(described["aliases"].dump(), R"(["io.kestra.plugin.core.log.PurgeLogs"])");
  EXPECT_EQ(described["parameters"]["type"], "object");
  EXPECT_EQ(described["parameters"]["properties"]["batchSize"]["default"], 5000);
  EXPECT_EQ(described["outputs"]["properties"]["count"]["type"], "integer");
  EXPECT_EQ(described["outputs"]["properties"]["dryRun"]["type"], "boolean");
  const auto listing_described = registry.describe(**registry.find("ListLogs"));
  EXPECT_TRUE(listing_described["outputs"]["properties"].contains("rows"));
  EXPECT_TRUE(listing_described["parameters"]["properties"].contains("fetchType"));
}

// A task's YAML names every parameter.
TEST_F(RegistryTest, ABuiltInManifestDeclaresAllThatItsEngineReads) {
  // The rules of a policy have their own schema.
  const auto rules = builtin_schema("retention.schema.json")["properties"];
  for (const auto& builtin : builtin_manifests()) {
    const auto manifest = document::parse_yaml(builtin.text, std::string(builtin.name))->value;
    for (const auto& name : own_parameters(manifest)) {
      EXPECT_TRUE(manifest["parameters"].contains(name) || rules.contains(name))
          << builtin.name << ": " << name;
    }
  }
}

TEST_F(RegistryTest, AnOperatorsListingHasTheParametersOfEveryListing) {
  write("a.yaml", listing("ListA"));
  const auto registry = Registry::load({folder()});
  ASSERT_TRUE(registry.has_value()) << registry.error().message;
  const auto own = (*registry->find("ListA"))->manifest.schema["properties"];
  EXPECT_EQ(own["size"]["default"], 100);
  EXPECT_EQ(own["columns"]["items"]["enum"].dump(), R"(["id"])");
  EXPECT_EQ(own["orderBy"]["enum"].dump(), R"(["id"])");
  EXPECT_EQ(own["orderBy"]["default"], "id");
  EXPECT_EQ(own["direction"]["default"], "asc");
  EXPECT_EQ((*registry->find("ListA"))->manifest.outputs,
            (*registry->find("ListLogs"))->manifest.outputs);
  EXPECT_EQ((*registry->find("ListMetrics"))->manifest.outputs,
            (*registry->find("ListLogs"))->manifest.outputs);
}

TEST_F(RegistryTest, AnOperatorAddsAListingInYamlAlone) {
  const auto registry = Registry::load({kExamples});
  ASSERT_TRUE(registry.has_value()) << registry.error().message;
  const auto& manifest = (*registry->find("ListTriggers"))->manifest;
  EXPECT_EQ(manifest.table, "triggers");
  EXPECT_EQ(manifest.source, std::string(kExamples) + "/ListTriggers.yaml");
  const auto described = registry->describe(**registry->find("ListTriggers"));
  EXPECT_TRUE(described["parameters"]["properties"].contains("triggerIds"));
  EXPECT_TRUE(described["parameters"]["properties"].contains("cursor"));
  EXPECT_EQ((*registry->describe_all())["tasks"].size(), 13U);
}

TEST_F(RegistryTest, ReadsYamlAndYmlAndNothingElse) {
  write("a.yaml", listing("ListA"));
  write("b.yml", listing("ListB"));
  write("c.yaml.orig", "broken: [");
  write(".d.yaml", "broken: [");
  write("README.md", "broken: [");
  const auto registry = Registry::load({folder()});
  ASSERT_TRUE(registry.has_value()) << registry.error().message;
  EXPECT_EQ((*registry->describe_all())["tasks"].size(), 14U);
}

TEST_F(RegistryTest, RefusesATaskThatTwoFilesClaim) {
  write("a.yaml", listing("ListA"));
  const auto second = write("b.yaml", listing("ListB") + "aliases: [ListA]\n");
  EXPECT_EQ(
      Registry::load({folder()}).error().message,
      second + ":8: /aliases/0: \"ListA\" is the task ListA (" + folder() + "/a.yaml) already");
}

TEST_F(RegistryTest, RefusesAFolderThatCannotBeRead) {
  const auto missing = Registry::load({folder() + "/none"}).error();
  EXPECT_EQ(missing.kind, FailureKind::configuration);
  EXPECT_THAT(missing.message, HasSubstr("/none\" of `manifests` can't be read: No such file"));
  const auto file = write("a.yaml", listing("ListA"));
  EXPECT_THAT(Registry::load({file}).error().message, HasSubstr("can't be read: Not a directory"));
}

TEST_F(RegistryTest, RefusesAManifestThatIsAFolder) {
  write("a.yaml/x", "");
  EXPECT_THAT(Registry::load({folder()}).error().message, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace winnow::plugin
