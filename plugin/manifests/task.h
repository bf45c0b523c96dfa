// A task as its manifest declares it, with the schema that its parameters are held against.
#pragma once

#include <string_view>

#include "document/schema.h"
#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::plugin {

// Stays where it is: `parameters` reads the schema in `manifest` when it is first asked for.
struct Task {
  explicit Task(tasks::Manifest of);
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  Task(Task&&) = delete;
  Task& operator=(Task&&) = delete;
  ~Task() = default;

  tasks::Manifest manifest;
  document::LazySchema parameters;
};

// Checks parameters against the task's schema and fills the defaults in; invalid_parameter with a
// JSON Pointer.
Outcome<document::Json> checked_parameters(const Task& task, std::string_view json_text);

}  // namespace winnow::plugin
