#include "hosts/cli/flow/uses.h"

#include <charconv>
#include <vector>

#include "document/nearest.h"

namespace winnow::cli {
namespace {

std::vector<std::string> keys(const Json& map) {
  std::vector<std::string> names;
  for (const auto& [key, value] : map.items()) names.push_back(key);
  return names;
}

std::string undefined(const std::string& name, const std::vector<std::string>& known) {
  return "'" + name + "' is not defined" + document::did_you_mean(name, known);
}

std::string wrong_output(const std::vector<std::string>& path, const EarlierOutputs& earlier) {
  if (path.size() < 2) return {};
  const auto task = earlier.find(path[1]);
  if (task == earlier.end()) {
    std::vector<std::string> names;
    for (const auto& [id, schema] : earlier) names.push_back(id);
    return "no task '" + path[1] + "' runs before this one" +
           document::did_you_mean(path[1], names);
  }
  const auto properties = task->second.find("properties");
  if (path.size() < 3 || properties == task->second.end() || properties->contains(path[2]))
    return {};
  return "the task '" + path[1] + "' has no output '" + path[2] + "'" +
         document::did_you_mean(path[2], keys(*properties));
}

}  // namespace

std::string wrong_use(const expression::Reference& reference, const expression::Scope& scope,
                      const EarlierOutputs& earlier) {
  if (reference.guarded) return {};
  if (reference.path.front() == "outputs") return wrong_output(reference.path, earlier);
  const Json* at = &scope.variables;
  for (const auto& name : reference.path) {
    if (!at->is_object()) return {};  // the evaluator says the rest, and knows lists and null
    const auto found = at->find(name);
    if (found == at->end()) return undefined(name, keys(*at));
    at = &*found;
  }
  return {};
}

}  // namespace winnow::cli
