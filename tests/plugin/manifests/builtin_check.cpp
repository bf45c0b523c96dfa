// The rules for the library's own manifests, which only we write: those of every engine except
// listings.
#include "tests/plugin/manifests/builtin_check.h"

#include <algorithm>
#include <map>

#include "document/explain.h"
#include "document/nearest.h"
#include "document/object.h"
#include "document/pointer.h"
#include "outcome/try.h"
#include "plugin/builtin/schemas.h"
#include "plugin/manifests/check.h"
#include "tasks/engine.h"

namespace winnow::plugin {
namespace {

using document::Json;
using document::pointer_to;

void refuse_keys(const Json& manifest, std::initializer_list<const char*> keys,
                 std::string_view engine, Diagnostics& diagnostics) {
  for (const char* key : keys) {
    if (manifest.contains(key))
      diagnostics.add(pointer_to("", key), "a " + std::string(engine) + " has none");
  }
}

bool has_table(const Json& manifest, Diagnostics& diagnostics) {
  if (manifest.contains("table")) return true;
  diagnostics.add("/table", "is required: the table whose rows the task works on");
  return false;
}

void check_switch(const Json& manifest, const Json& content, const std::string& pointer,
                  Diagnostics& diagnostics) {
  if (!content.contains("switch")) return;
  const auto name = content["switch"].get<std::string>();
  const auto& parameters = member(manifest, "parameters");
  const auto& parameter = member(parameters, name);
  if (parameter.is_null()) {
    diagnostics.add(pointer_to(pointer, "switch"),
                    "there is no parameter \"" + name + "\"" +
                        document::did_you_mean(name, document::keys_of(parameters)));
  } else if (!document::is_text(parameter["type"], "boolean") || parameter.contains("filter")) {
    diagnostics.add(
        pointer_to(pointer, "switch"),
        "\"" + name + "\" is no switch: that is a parameter of type boolean without a filter");
  }
}

void check_counter(const Json& manifest, const Json& content, const std::string& pointer,
                   Diagnostics& diagnostics) {
  const auto name = content["counter"].get<std::string>();
  const auto& outputs = member(manifest, "outputs");
  if (outputs.contains(name)) {
    const auto& type = outputs[name]["type"];
    if (document::is_text(type, "integer")) return;
    return diagnostics.add(pointer_to(pointer_to("/outputs", name), "type"),
                           "expected \"integer\", found " + document::described_value(type));
  }
  diagnostics.add(pointer_to(pointer, "counter"),
                  "\"" + name + "\" is none of the `outputs`" +
                      document::did_you_mean(name, document::keys_of(outputs)));
}

void check_rows(const Json& manifest, const Json& rows, const std::string& pointer,
                Diagnostics& diagnostics) {
  check_identifier(rows["table"], pointer_to(pointer, "table"), diagnostics);
  if (rows["table"] == manifest["table"]) {
    diagnostics.add(pointer_to(pointer, "table"),
                    "is the task's own table, whose rows go in the step `parent`");
  }
  int ways = 0;
  for (const char* key : {"column", "composed-key"}) {
    if (!rows.contains(key)) continue;
    ++ways;
    check_identifier(rows[key], pointer_to(pointer, key), diagnostics);
  }
  if (rows.contains("document")) ++ways;
  check_path(rows, pointer, diagnostics);
  if (ways != 1)
    diagnostics.add(pointer, "needs one of `column`, `composed-key` and `document`, and only one");
  if (rows.contains("only")) {
    check_identifier(rows["only"]["column"], pointer_to(pointer, "only") + "/column", diagnostics);
  }
  if (!rows.contains("written")) return;
  const auto written = pointer_to(pointer, "written");
  check_identifier(rows["written"]["column"], pointer_to(written, "column"), diagnostics);
  check_path(rows["written"], written, diagnostics);
  if (!document::is_text(manifest["engine"], "orphan-rows")) {
    diagnostics.add(written, "goes with the engine orphan-rows only");
  }
}

void check_steps(const Json& manifest, Diagnostics& diagnostics) {
  const auto& steps = member(manifest, "steps");
  bool files = false;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto kind = steps[i].begin().key();
    const Json& content = steps[i].begin().value();
    const auto pointer = pointer_to(pointer_to("/steps", i), kind);
    check_switch(manifest, content, pointer, diagnostics);
    check_counter(manifest, content, pointer, diagnostics);
    if (kind == "rows") check_rows(manifest, content, pointer, diagnostics);
    if (kind == "files" && std::exchange(files, true))
      diagnostics.add(pointer, "the files go in one step");
    const bool last = i + 1 == steps.size();
    if (kind == "parent" && !last)
      diagnostics.add(pointer, "the parent goes last: children that outlive it would be orphans");
    if (kind != "parent" && last) diagnostics.add("/steps", "the last step has to be `parent`");
  }
}

// A parameter that the engine reads itself.
void check_own_parameter(const Json& manifest, const char* name, const char* type,
                         Diagnostics& diagnostics) {
  const auto engine = manifest["engine"].get<std::string>();
  const auto& parameter = member(member(manifest, "parameters"), name);
  if (parameter.is_null()) {
    diagnostics.add("/parameters", (engine == "purge" ? "a purge" : "the engine " + engine) +
                                       " has the parameter " + name + " of type " + type);
  } else if (!document::is_text(parameter["type"], type) || parameter.contains("filter") ||
             !parameter.contains("default")) {
    diagnostics.add(
        std::string("/parameters/") + name,
        std::string("has to be of type ") + type + ", with a default and without a filter");
  }
}

void check_outputs(const Json& manifest, Diagnostics& diagnostics) {
  for (const auto& output : member(manifest, "outputs").items()) {
    check_name(output.key(), pointer_to("/outputs", output.key()), diagnostics);
  }
}

void check_purge(const Json& manifest, Diagnostics& diagnostics) {
  refuse_keys(manifest, {"columns", "order", "schemas", "tables"}, "purge", diagnostics);
  if (!has_table(manifest, diagnostics)) return;
  const auto& parameters = member(manifest, "parameters");
  const bool ends = std::any_of(parameters.begin(), parameters.end(), [](const Json& parameter) {
    return parameter.value("required", false) &&
           member(member(parameter, "filter"), "operator") == "at-or-before";
  });
  if (!ends) {
    diagnostics.add("/parameters",
                    "a purge has a date that is required, with the operator at-or-before");
  }
  check_own_parameter(manifest, "batchSize", "integer", diagnostics);
  check_own_parameter(manifest, "dryRun", "boolean", diagnostics);
  check_outputs(manifest, diagnostics);
  if (!manifest.contains("steps"))
    diagnostics.add("", "a purge has `steps`, of which the last is `parent`");
  check_steps(manifest, diagnostics);
}

void check_orphan_rows(const Json& manifest, Diagnostics& diagnostics) {
  refuse_keys(manifest, {"columns", "order", "schemas", "tables"}, "sweep", diagnostics);
  if (!has_table(manifest, diagnostics)) return;
  check_own_parameter(manifest, "minimumAge", "integer", diagnostics);
  check_own_parameter(manifest, "batchSize", "integer", diagnostics);
  check_own_parameter(manifest, "dryRun", "boolean", diagnostics);
  check_outputs(manifest, diagnostics);
  if (!manifest.contains("steps")) diagnostics.add("", "a sweep of rows has `steps`");
  const auto& steps = member(manifest, "steps");
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto pointer = pointer_to("/steps", i);
    if (!steps[i].contains("rows") || steps[i]["rows"].contains("composed-key")) {
      diagnostics.add(
          pointer,
          "a sweep's step is `rows` with the `column` or `document` of the execution's id");
      continue;
    }
    check_rows(manifest, steps[i]["rows"], pointer_to(pointer, "rows"), diagnostics);
    check_counter(manifest, steps[i]["rows"], pointer_to(pointer, "rows"), diagnostics);
  }
}

void check_orphan_folders(const Json& manifest, Diagnostics& diagnostics) {
  refuse_keys(manifest, {"columns", "order", "steps", "schemas", "tables"}, "sweep of folders",
              diagnostics);
  if (!has_table(manifest, diagnostics)) return;
  check_own_parameter(manifest, "minimumAge", "integer", diagnostics);
  check_own_parameter(manifest, "dryRun", "boolean", diagnostics);
  check_outputs(manifest, diagnostics);
  const auto& end = member(member(manifest, "parameters"), "endDate");
  if (end.is_null() || !end.value("required", false) || end.value("format", "") != "date-time") {
    diagnostics.add("/parameters",
                    "a sweep of folders has the parameter endDate, a date-time that is required");
  }
}

// How a table's rows name those that they belong to.
void check_belonging(const Json& parent, const std::string& place, Diagnostics& diagnostics) {
  for (const char* key : {"column", "written"}) {
    if (parent.contains(key)) check_identifier(parent[key], pointer_to(place, key), diagnostics);
  }
  check_path(parent, place, diagnostics);
  if (parent.contains("column") == parent.contains("document")) {
    diagnostics.add(place, "needs one of `column` and `document`, and only one");
  }
  if (!parent.contains("only")) return;
  check_identifier(parent["only"]["column"], pointer_to(place, "only") + "/column", diagnostics);
}

void check_retention(const Json& manifest, Diagnostics& diagnostics) {
  refuse_keys(manifest, {"table", "columns", "order", "steps", "schemas", "tables"},
              "retention policy", diagnostics);
  check_outputs(manifest, diagnostics);
  if (!manifest.contains("purges")) {
    diagnostics.add("/purges", "is required: the tasks that purge executions, logs and metrics");
  }
}

void check_verification(const Json& manifest, Diagnostics& diagnostics) {
  refuse_keys(
      manifest,
      {"table", "tenant", "namespace", "columns", "order", "steps", "schemas", "tables", "purges"},
      "verification of receipts", diagnostics);
  check_outputs(manifest, diagnostics);
  check_own_parameter(manifest, "database", "boolean", diagnostics);
}

void check_doctor(const Json& manifest, Diagnostics& diagnostics) {
  refuse_keys(manifest, {"table", "tenant", "namespace", "order", "columns", "steps"}, "doctor",
              diagnostics);
  check_outputs(manifest, diagnostics);
  const auto& tables = member(manifest, "tables");
  if (tables.empty()) diagnostics.add("/tables", "a doctor needs one table at least");
  for (const auto& entry : tables.items()) {
    const auto pointer = pointer_to("/tables", entry.key());
    check_identifier(entry.key(), pointer, diagnostics);
    const auto& indexes = member(entry.value(), "indexes");
    for (std::size_t i = 0; i < indexes.size(); ++i) {
      const auto place = pointer_to(pointer_to(pointer, "indexes"), i);
      for (std::size_t j = 0; j < indexes[i].size(); ++j) {
        check_identifier(indexes[i][j], pointer_to(place, j), diagnostics);
      }
    }
    if (!entry.value().contains("belongs-to")) continue;
    const auto& parent = entry.value()["belongs-to"];
    const auto place = pointer_to(pointer, "belongs-to");
    check_belonging(parent, place, diagnostics);
    if (!tables.contains(parent["table"].get<std::string>())) {
      diagnostics.add(
          pointer_to(place, "table"),
          "is none of the `tables`" + document::did_you_mean(parent["table"].get<std::string>(),
                                                             document::keys_of(tables)));
    }
  }
}

// A parameter that nothing reads would be taken and have no effect.
void check_used(const Json& manifest, const std::string& name, Diagnostics& diagnostics) {
  const auto own = own_parameters(manifest);
  if (std::find(own.begin(), own.end(), name) != own.end()) return;
  const auto& parameters = member(manifest, "parameters");
  if (parameters[name].contains("filter")) return;
  for (const auto& parameter : parameters) {
    if (member(member(member(parameter, "filter"), "instead"), "parameter") == name) return;
  }
  for (const auto& step : member(manifest, "steps")) {
    for (const auto& content : step) {
      if (content.value("switch", "") == name) return;
    }
  }
  diagnostics.add(
      pointer_to("/parameters", name),
      "has no filter and no step has it as its switch, so that it would change nothing");
}

void check_engine(const Json& manifest, Diagnostics& diagnostics) {
  const auto engine = manifest["engine"].get<std::string>();
  if (engine == "purge") check_purge(manifest, diagnostics);
  if (engine == "orphan-rows") check_orphan_rows(manifest, diagnostics);
  if (engine == "orphan-folders") check_orphan_folders(manifest, diagnostics);
  if (engine == "retention" || engine == "explanation") check_retention(manifest, diagnostics);
  if (engine == "verification") check_verification(manifest, diagnostics);
  if (engine == "doctor") check_doctor(manifest, diagnostics);
  for (const auto& name : document::keys_of(member(manifest, "parameters"))) {
    check_used(manifest, name, diagnostics);
  }
}

}  // namespace

std::vector<std::string> own_parameters(const Json& manifest) {
  using Names = std::vector<std::string>;
  static const std::map<std::string, Names> own{
      {"listing", Names(tasks::kListingParameters.begin(), tasks::kListingParameters.end())},
      {"purge",
       {"tenant", "batchSize", "batchTime", "pace", "exclusive", "maxRows", "maxPercent",
        "expectPlan", "maxDrift", "dryRun"}},
      {"retention",
       {"tenant", "batchSize", "batchTime", "pace", "exclusive", "maxRows", "maxPercent",
        "expectPlan", "maxDrift", "dryRun", "rules", "otherwise", "logs", "metrics"}},
      {"explanation", {"tenant", "executionId", "rules", "otherwise"}},
      {"orphan-rows",
       {"tenant", "minimumAge", "batchSize", "pace", "exclusive", "expectPlan", "maxDrift",
        "dryRun"}},
      {"orphan-folders",
       {"tenant", "flowId", "startDate", "endDate", "minimumAge", "pace", "exclusive", "dryRun"}},
      {"verification", {"database"}},
      {"doctor", {"sample"}},
  };
  const auto engine = manifest["engine"].get<std::string>();
  auto names = own.at(engine);
  const bool of_executions = manifest.value("table", "") == "executions";
  if (of_executions && (engine == "listing" || engine == "purge")) {
    const auto& more = tasks::kListingParametersOfExecutions;
    names.insert(names.end(), more.begin(), more.end());
  }
  return names;
}

Outcome<void> check_builtin(const document::Document& document) {
  WINNOW_CHECK(check_manifest(document));
  Diagnostics diagnostics;
  check_engine(document.value, diagnostics);
  if (!diagnostics.first()) return {};
  const auto& [pointer, reason] = *diagnostics.first();
  return fail(FailureKind::configuration, placed(document, pointer, reason), pointer);
}

}  // namespace winnow::plugin
