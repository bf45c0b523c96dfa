#include "hosts/cli/flow/references.h"

#include <algorithm>
#include <vector>

#include "document/nearest.h"
#include "document/object.h"
#include "hosts/cli/flow/rendering.h"

namespace winnow::cli {
namespace {

// Variables that Kestra has in a run of its own.
std::string undefined_variable(const std::string& name, const std::vector<std::string>& known) {
  const std::string message = "'" + name + "' is not defined";
  if (name == "trigger" || name == "schedule") {
    return message + ": this command starts the flow, no trigger does; give the date a value for " +
           "that case, such as {{ trigger.date ?? now() }}";
  }
  for (const char* of_kestra : {"labels", "taskrun", "task", "parent", "parents", "globals",
                                "kestra", "error", "errorLogs", "printContext"}) {
    if (name == of_kestra) {
      return message + " here: it is Kestra's; give it another value by ??, or run the flow in " +
             "Kestra";
    }
  }
  return message + document::did_you_mean(name, known);
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
  if (path.size() < 3 || properties == task->second.end() || properties->contains(path[2])) {
    return {};
  }
  return "the task '" + path[1] + "' has no output '" + path[2] + "'" +
         document::did_you_mean(path[2], document::keys_of(*properties));
}

}  // namespace

std::string wrong_reference(const expression::Reference& reference, const expression::Scope& scope,
                            const EarlierOutputs& earlier) {
  if (reference.guarded) return {};
  if (reference.path.front() == "outputs") return wrong_output(reference.path, earlier);
  const Json* at = &scope.variables;
  for (const auto& name : reference.path) {
    if (!at->is_object()) return {};  // the evaluator reports the rest, and knows lists and null
    const auto found = at->find(name);
    if (found == at->end()) {
      const auto known = document::keys_of(*at);
      return at == &scope.variables
                 ? undefined_variable(name, known)
                 : "'" + name + "' is not defined" + document::did_you_mean(name, known);
    }
    at = &*found;
  }
  return {};
}

std::vector<expression::Reference> references_in(const Json& value) {
  std::vector<expression::Reference> found;
  // It keeps the references, and has nothing against any of them.
  const auto keep = [&found](const expression::Reference& reference) {
    found.push_back(reference);
    return std::string();
  };
  static const document::Document nowhere;
  if (!check_references(value, Place{nowhere, {}}, keep)) found.clear();
  return found;
}

bool uses_outputs(const Json& value) {
  const auto found = references_in(value);
  return std::ranges::any_of(found, [](const expression::Reference& reference) {
    return reference.path.front() == "outputs";
  });
}

UsedOutputs::UsedOutputs(const Flow& flow) {
  for (const char* list : {"tasks", "outputs"}) {
    for (const auto& [path, offset, guarded] :
         references_in(flow.document.value.value(list, Json::array()))) {
      if (path.front() != "outputs") continue;
      names_[path.size() < 2 ? kAll : path[1]].insert(path.size() < 3 ? kAll : path[2]);
    }
  }
}

Json UsedOutputs::read(const std::string& task, std::string_view outputs) const {
  const auto found = names_.find(names_.contains(kAll) ? kAll : task);
  if (found == names_.end()) return Json(Json::value_t::discarded);
  const auto& names = found->second;
  const auto is_used = [&names](int depth, Json::parse_event_t event, const Json& parsed) {
    if (event != Json::parse_event_t::key || depth != 1) return true;
    return names.contains(kAll) || names.contains(parsed.get<std::string>());
  };
  return Json::parse(outputs, is_used, false);
}

}  // namespace winnow::cli
