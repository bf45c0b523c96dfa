#include "hosts/cli/flow/keys.h"

#include <algorithm>

namespace winnow::cli {
namespace {

bool holds(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

bool Keys::is_known(const std::string& key) const {
  return holds(known, key);
}
bool Keys::is_beyond(const std::string& key) const {
  return holds(beyond, key);
}

std::vector<std::string> Keys::all() const {
  std::vector<std::string> keys = known;
  keys.insert(keys.end(), beyond.begin(), beyond.end());
  return keys;
}

const Keys& flow_keys() {
  static const Keys keys{
      {"id", "namespace", "revision", "description", "labels", "inputs", "variables", "tasks",
       "triggers", "outputs", "disabled"},
      {"errors", "finally", "afterExecution", "listeners", "concurrency", "retry", "sla", "checks",
       "pluginDefaults", "taskDefaults", "workerGroup", "tenantId", "draft"}};
  return keys;
}

const Keys& input_keys() {
  static const Keys keys{{"id", "type", "description", "displayName", "required", "defaults",
                          "values", "allowCustomValue", "itemType", "min", "max", "isRadio"},
                         {"name", "dependsOn", "validator", "expression", "after", "before",
                          "prefill", "autoSelectFirst", "accept", "allowedFileExtensions"}};
  return keys;
}

const Keys& task_keys() {
  static const Keys keys{
      {"id", "type", "description", "disabled", "timeout", "allowFailure", "allowWarning", "runIf"},
      {"retry", "workerGroup", "logLevel", "logToFile", "taskCache", "assets", "version", "tasks",
       "errors", "finally", "concurrencyLimit"}};
  return keys;
}

const Keys& output_keys() {
  static const Keys keys{{"id", "type", "description", "displayName", "value", "required"}, {}};
  return keys;
}

}  // namespace winnow::cli
