// A manifest's YAML arrives in the engines' form, with nothing lost.
#include "plugin/manifests/reader.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "plugin/manifests/registry.h"

namespace winnow::plugin {
namespace {

using tasks::FilterOperator;
using tasks::Match;
using tasks::PurgeStep;

const tasks::Manifest& built_in(std::string_view name) {
  static const auto registry = Registry::load({}).value();
  return (*registry.find(name))->manifest;
}

const tasks::ParameterSpec& parameter(const tasks::Manifest& manifest, std::string_view name) {
  const auto found = std::find_if(manifest.parameters.begin(), manifest.parameters.end(),
                                  [&](const auto& each) { return each.name == name; });
  if (found == manifest.parameters.end())
    throw std::runtime_error("no parameter " + std::string(name));
  return *found;
}

TEST(ManifestReaderTest, ReadsAPurgeWholly) {
  const auto& manifest = built_in("PurgeExecutions");
  EXPECT_EQ(manifest.engine, tasks::EngineKind::purge);
  EXPECT_EQ(manifest.source, "built-in");
  EXPECT_EQ(manifest.table, "executions");
  EXPECT_EQ(manifest.tenant_column, "tenant_id");
  EXPECT_EQ(manifest.namespace_column, "namespace");
  EXPECT_EQ(manifest.aliases.size(), 3U);
  EXPECT_TRUE(manifest.columns.empty());
}

TEST(ManifestReaderTest, ReadsEachStepInItsOrder) {
  const auto& steps = built_in("PurgeExecutions").steps;
  ASSERT_EQ(steps.size(), 12U);
  EXPECT_EQ(steps[0].kind, PurgeStep::Kind::files);
  EXPECT_EQ(steps[0].switch_parameter, "purgeStorage");
  EXPECT_EQ(steps[0].counter, "storagesCount");
  EXPECT_EQ(steps[1].kind, PurgeStep::Kind::rows);
  EXPECT_EQ(steps[1].table, "logs");
  EXPECT_EQ(steps[1].match.kind, Match::Kind::column);
  EXPECT_EQ(steps[1].match.column, "execution_id");
  EXPECT_FALSE(steps[1].optional);
  EXPECT_TRUE(steps[1].written_once);
  EXPECT_EQ(steps[7].table, "execution_queued");
  EXPECT_EQ(steps[7].match.kind, Match::Kind::composed_key);
  EXPECT_EQ(steps[7].match.column, "key");
  EXPECT_TRUE(steps[7].optional);
  EXPECT_FALSE(steps[7].written_once);
  EXPECT_EQ(steps[9].match.kind, Match::Kind::document);
  EXPECT_EQ(steps[9].match.document, (std::vector<std::string>{"taskRun", "executionId"}));
  EXPECT_EQ(steps[10].match.only_column, "type");
  EXPECT_EQ(steps[10].match.only_values.size(), 2U);
  EXPECT_EQ(steps[11].kind, PurgeStep::Kind::parent);
  EXPECT_EQ(steps[11].table, "executions");
}

TEST(ManifestReaderTest, ReadsFilters) {
  const auto& manifest = built_in("PurgeExecutions");
  const auto& name_space = parameter(manifest, "namespace").filter;
  EXPECT_EQ(name_space->operation, FilterOperator::name_space);
  EXPECT_EQ(name_space->exact_with, "flowId");
  const auto& states = parameter(manifest, "states").filter;
  EXPECT_EQ(states->operation, FilterOperator::any_of);
  EXPECT_EQ(states->when_absent.size(), 8U);
  const auto& end = parameter(manifest, "endDate");
  EXPECT_TRUE(end.required);
  EXPECT_EQ(end.filter->operation, FilterOperator::at_or_before);
  EXPECT_EQ(end.filter->document, (std::vector<std::string>{"state", "endDate"}));
  EXPECT_EQ(end.filter->instead->value, "START");
  EXPECT_EQ(end.filter->instead->column, "start_date");
  EXPECT_EQ(end.filter->missing_in->column, "state_current");
  EXPECT_FALSE(parameter(manifest, "batchSize").filter.has_value());
  EXPECT_EQ(built_in("PurgeLogs").steps.back().split.missing, "nonExecutionLogsCount");
}

TEST(ManifestReaderTest, KnowsEveryOperator) {
  const std::vector<std::pair<const char*, FilterOperator>> operators{
      {"after", FilterOperator::after},
      {"before", FilterOperator::before},
      {"at-or-after", FilterOperator::at_or_after},
      {"at-or-before", FilterOperator::at_or_before},
  };
  for (const auto& [name, operation] : operators) {
    const auto document = document::parse_yaml(
        std::string(
            "name: L\nengine: listing\ntitle: t\ndescription: d\ntable: t\norder: {columns: [id]}\n"
            "columns: {id: {column: key}}\nparameters:\n  p: {type: string, format: date-time, "
            "description: d,\n"
            "      filter: {column: c, operator: ") +
            name + "}}\n",
        "t.yaml");
    EXPECT_EQ(parameter(read_manifest(*document, Author::operators).value(), "p").filter->operation,
              operation)
        << name;
  }
  EXPECT_EQ(parameter(built_in("PurgeLogs"), "purgeExecutionLogs").filter->operation,
            FilterOperator::present_if);
  EXPECT_EQ(parameter(built_in("PurgeLogs"), "purgeNonExecutionLogs").filter->operation,
            FilterOperator::missing_if);
  EXPECT_EQ(parameter(built_in("ListLogs"), "deleted").filter->operation,
            FilterOperator::include_deleted);
  EXPECT_EQ(parameter(built_in("ListLogs"), "taskId").filter->operation, FilterOperator::equals);
}

TEST(ManifestReaderTest, ReadsAListingsColumnsAndOrder) {
  const auto& manifest = built_in("ListExecutions");
  EXPECT_EQ(manifest.orders, (std::vector<std::string>{"startDate", "endDate", "id", "duration"}));
  EXPECT_TRUE(manifest.descending);
  ASSERT_EQ(manifest.columns.size(), 10U);
  EXPECT_EQ(manifest.columns[5].name, "startDate");
  EXPECT_EQ(manifest.columns[5].column, "start_date");
  EXPECT_EQ(manifest.columns[5].document, (std::vector<std::string>{"state", "startDate"}));
  EXPECT_TRUE(manifest.columns[5].by_default);
  EXPECT_FALSE(manifest.columns[9].by_default);
}

TEST(ManifestReaderTest, TheSchemaIsStrictAndFreeOfWhatOnlyTheEngineReads) {
  const auto& schema = built_in("PurgeExecutions").schema;
  EXPECT_EQ(schema["additionalProperties"], false);
  EXPECT_EQ(schema["required"].dump(), R"(["endDate"])");
  EXPECT_TRUE(schema["properties"].contains("tenant"));
  for (const auto& property : schema["properties"].items()) {
    EXPECT_FALSE(property.value().contains("filter")) << property.key();
    // JSON Schema's own is a list of names.
    EXPECT_FALSE(property.value().value("required", document::Json()).is_boolean())
        << property.key();
    EXPECT_TRUE(property.value().contains("description")) << property.key();
  }
}

}  // namespace
}  // namespace winnow::plugin
