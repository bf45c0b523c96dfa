// The known tasks: built-in manifests and the operator's own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"
#include "plugin/manifests/builtin_tasks.h"
#include "plugin/manifests/task.h"

namespace winnow::plugin {

class Registry {
 public:
  // Reads every *.yaml and *.yml in the folders, sorted by name. Fails as configuration with
  // file:line and reason for an invalid manifest, a name or alias of two tasks, and a folder that
  // can't be read. The operator's folders may only add listings: tasks that delete are built in and
  // reviewed.
  static Outcome<Registry> load(const std::vector<std::string>& folders);

  // By name or alias; otherwise unknown_task with the most similar known name.
  Outcome<const Task*> find(std::string_view name) const;
  // {"name", "aliases", "title", "description", "engine", "parameters", "outputs", "source"}.
  document::Json describe(const Task& task) const;
  Outcome<document::Json> describe_all() const;  // {"tasks": [...]}

 private:
  Outcome<void> add(const document::Document& document);
  Outcome<void> check_names(const document::Document& document,
                            const tasks::Manifest& manifest) const;
  // By name or alias; nullptr if there is none.
  Outcome<const Task*> known(std::string_view name) const;
  // The library's own tasks and the operator's.
  Outcome<BuiltinTasks::ByName> all() const;

  std::shared_ptr<BuiltinTasks> builtin_ = BuiltinTasks::of_this_process();
  // The operator's tasks, by name; a copy of a registry shares them.
  BuiltinTasks::ByName tasks_;
  std::map<std::string, std::string, std::less<>> aliases_;  // alias -> name
};

}  // namespace winnow::plugin
