#include "hosts/cli/flow/flow.h"

#include <algorithm>
#include <set>
#include <utility>

#include "document/pointer.h"
#include "document/schema.h"
#include "document/strings.h"
#include "hosts/cli/flow/schema.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

using document::Document;
using document::pointer_to;

// The maps of a list; none where the list is missing or of another form, which the schema reports.
std::vector<std::pair<std::string, Json*>> maps_of(Json& root, const std::string& list) {
  if (list.empty()) return {{"", &root}};
  std::vector<std::pair<std::string, Json*>> maps;
  const auto found = root.find(list);
  if (found == root.end() || !found->is_array()) return maps;
  for (std::size_t i = 0; i < found->size(); ++i) {
    if ((*found)[i].is_object()) maps.emplace_back(pointer_to("/" + list, i), &(*found)[i]);
  }
  return maps;
}

// A key without a value counts as absent, as in Kestra.
void drop_nulls(Json& map) {
  Json kept = Json::object();
  for (auto& [key, value] : map.items()) {
    if (!value.is_null()) kept[key] = std::move(value);
  }
  map = std::move(kept);
}

Outcome<void> check_form(Document& document) {
  Json& root = document.value;
  if (!root.is_object()) {
    return mistake(document, "", "expected a flow: a map with id, namespace and tasks");
  }
  for (const auto& [list, keys] : refused_keys().items()) {
    for (const auto& [pointer, map] : maps_of(root, list)) {
      drop_nulls(*map);
      for (const auto& [key, value] : map->items()) {
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) continue;
        return mistake(document, pointer_to(pointer, key),
                       "'" + key +
                           "' is Kestra's and can't be honoured by this command; take it "
                           "out, or run the flow in Kestra");
      }
    }
  }
  WINNOW_TRY(const auto schema, document::Schema::compile(flow_definition()));
  const auto wrong = schema.mismatch(root);
  if (!wrong) return {};
  return mistake(document, wrong->pointer, wrong->pointer + ": " + wrong->message);
}

// Kestra's form of an id.
bool is_id(std::string_view id) {
  const auto fits = [](char c) { return document::is_letter(c) || document::is_digit(c); };
  return fits(id.front()) && std::all_of(id.begin(), id.end(), [&](char c) {
           return fits(c) || c == '.' || c == '_' || c == '-';
         });
}

Outcome<void> check_ids(Document& document) {
  for (const char* list : {"", "inputs", "tasks", "outputs"}) {
    std::set<std::string> ids;
    for (const auto& [pointer, map] : maps_of(document.value, list)) {
      const auto& id = (*map)["id"].get_ref<const std::string&>();
      const auto refuse = [&, at = pointer_to(pointer, "id")](const std::string& message) {
        return mistake(document, at, message);
      };
      if (!is_id(id)) {
        return refuse(
            "an id is made of letters, digits, '.', '_' and '-', and begins with a letter or "
            "digit");
      }
      if (!ids.insert(id).second) return refuse("the id '" + id + "' is used twice");
      if (list != std::string_view("tasks")) continue;
      if (id == "error") {
        return refuse("a task can't be called 'error': the result says there what went wrong");
      }
      if (id == "outputs" && document.value.contains("outputs")) {
        return refuse("a task can't be called 'outputs': the result has the flow's outputs there");
      }
    }
  }
  return {};
}

// Kestra prints such a string as it is unless render() is called on it; then a parameter would be
// the string `{{ ... }}`.
Outcome<void> check_variables(const Document& document, const Json& value,
                              const std::string& pointer) {
  if (value.is_string() && value.get_ref<const std::string&>().find("{{") != std::string::npos) {
    return mistake(
        document, pointer,
        "an expression in a variable is not evaluated; write it where the variable is used");
  }
  if (!value.is_structured()) return {};
  std::size_t index = 0;
  for (const auto& [key, item] : value.items()) {
    const auto inner = value.is_array() ? pointer_to(pointer, index++) : pointer_to(pointer, key);
    WINNOW_CHECK(check_variables(document, item, inner));
  }
  return {};
}

FlowTask task_of(const Json& map, const std::string& pointer) {
  FlowTask task{.id = map["id"],
                .type = map["type"],
                .disabled = map.value("disabled", false),
                .allow_failure = map.value("allowFailure", false),
                .timeout = map.value("timeout", Json()),
                .run_if = map.value("runIf", Json()),
                .parameters = map,
                .pointer = pointer};
  if (task.type.starts_with(kPluginPackage)) task.type.erase(0, kPluginPackage.size());
  const Json& own = flow_definition()["properties"]["tasks"]["items"]["properties"];
  for (const auto& [key, definition] : own.items()) task.parameters.erase(key);
  return task;
}

}  // namespace

const Json& flow_definition() {
  static const Json definition = Json::parse(flow_schemas().front().text);
  return definition;
}

const Json& refused_keys() {
  static const Json keys = Json::parse(R"({
    "": ["errors", "finally", "afterExecution", "listeners", "concurrency", "retry", "sla", "checks",
         "taskDefaults", "workerGroup", "tenantId", "draft"],
    "inputs": ["name", "dependsOn", "validator", "expression", "after", "before", "prefill",
               "autoSelectFirst", "accept", "allowedFileExtensions"],
    "tasks": ["retry", "workerGroup", "logLevel", "logToFile", "taskCache", "assets", "version",
              "tasks", "errors", "finally", "concurrencyLimit", "pluginDefaultsRef"],
    "outputs": [],
    "pluginDefaults": ["ref"]
  })");
  return keys;
}

tl::unexpected<Failure> mistake(const Document& document, const std::string& pointer,
                                const std::string& message) {
  return fail(FailureKind::invalid_parameter, document.place(pointer) + ": " + message, pointer);
}

Outcome<Flow> read_flow(Document document) {
  WINNOW_CHECK(check_form(document));
  WINNOW_CHECK(check_ids(document));
  Json& root = document.value;
  if (root.value("disabled", false)) return mistake(document, "/disabled", "the flow is disabled");
  Flow flow;
  flow.id = root["id"];
  flow.name_space = root["namespace"];
  flow.variables = root.value("variables", Json::object());
  WINNOW_CHECK(check_variables(document, flow.variables, "/variables"));
  for (const auto& [pointer, map] : maps_of(root, "inputs")) {
    flow.inputs.push_back(FlowInput{(*map)["id"], (*map)["type"], *map, pointer});
  }
  for (const auto& [pointer, map] : maps_of(root, "tasks")) {
    flow.tasks.push_back(task_of(*map, pointer));
  }
  for (const auto& [pointer, map] : maps_of(root, "outputs")) {
    flow.outputs.push_back(FlowOutput{(*map)["id"], (*map)["value"], pointer_to(pointer, "value")});
  }
  flow.has_triggers = !root.value("triggers", Json::array()).empty();
  flow.has_plugin_defaults = root.contains("pluginDefaults");
  flow.document = std::move(document);
  return flow;
}

Outcome<Flow> read_flow_file(const std::string& path) {
  auto document = document::read_yaml_file(path);
  if (document) return read_flow(std::move(*document));
  document.error().kind = FailureKind::invalid_parameter;
  return fail(std::move(document.error()));
}

}  // namespace winnow::cli
