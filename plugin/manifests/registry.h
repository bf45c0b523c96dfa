// The tasks that this library knows: built-in manifests and the operator's own.
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
  // Reads every *.yaml and *.yml of the folders, in the order of their names. Refused as
  // configuration with file:line and reason: a manifest that is wrong, a name or alias that two
  // tasks claim, a folder that can't be read. The operator's folders may add listings only: tasks
  // that delete are built in and reviewed.
  static Outcome<Registry> load(const std::vector<std::string>& folders);

  // By name or alias; unknown_task with the nearest known name otherwise.
  Outcome<const Task*> find(std::string_view name) const;
  // {"name", "aliases", "title", "description", "engine", "parameters", "outputs", "source"}.
  document::Json describe(const Task& task) const;
  Outcome<document::Json> describe_all() const;  // {"tasks": [...]}

 private:
  Outcome<void> add(const document::Document& document);
  Outcome<void> check_names(const document::Document& document,
                            const tasks::Manifest& manifest) const;
  // By name or alias; nullptr where there is none.
  Outcome<const Task*> known(std::string_view name) const;
  // The library's own and the operator's.
  Outcome<BuiltinTasks::ByName> all() const;

  std::shared_ptr<BuiltinTasks> builtin_ = BuiltinTasks::of_this_process();
  // The operator's, by name; a copy of a registry shares them.
  BuiltinTasks::ByName tasks_;
  std::map<std::string, std::string, std::less<>> aliases_;  // alias -> name
};

}  // namespace winnow::plugin
