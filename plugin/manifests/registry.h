// The tasks that this library knows: built-in manifests and the operator's own.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "document/schema.h"
#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::plugin {

struct Task {
  tasks::Manifest manifest;
  document::LazySchema parameters;
};

class Registry {
 public:
  // Reads the built-in manifests and every *.yaml and *.yml of the folders, in the order of their
  // names. Refused as configuration with file:line and reason: a manifest that is wrong, a name or
  // alias that two tasks claim, a folder that can't be read. The operator's folders may add
  // listings only: tasks that delete are built in and reviewed.
  static Outcome<Registry> load(const std::vector<std::string>& folders);

  // By name or alias; unknown_task with the nearest known name otherwise.
  Outcome<const Task*> find(std::string_view name) const;
  // {"name", "aliases", "title", "description", "engine", "parameters", "outputs", "source"}.
  document::Json describe(const Task& task) const;
  document::Json describe_all() const;  // {"tasks": [...]}

 private:
  // Reads the document's task in, as built in or as the operator's own.
  Outcome<void> add(const document::Document& document, bool built_in);
  Outcome<void> check_names(const document::Document& document,
                            const tasks::Manifest& manifest) const;

  // Read once for this process. An instance of the library would be the wrong place: Kestra opens one
  // for each run, and would read them each time.
  static Outcome<Registry> built_in();

  // By name; a copy of a registry shares them.
  std::map<std::string, std::shared_ptr<const Task>, std::less<>> tasks_;
  std::map<std::string, std::string, std::less<>> aliases_;  // alias -> name
};

// Checks parameters against the task's schema and fills the defaults in; invalid_parameter with a
// JSON Pointer.
Outcome<document::Json> checked_parameters(const Task& task, std::string_view json_text);

}  // namespace winnow::plugin
