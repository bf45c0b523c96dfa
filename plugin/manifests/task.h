// A task as declared by its manifest, with the schema for its parameters.
#pragma once

#include <string_view>

#include "document/schema.h"
#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::plugin {

// Must not be moved: `parameters` reads the schema in `manifest` at its first use.
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

// Checks parameters against the task's schema and fills in the defaults; fails as invalid_parameter
// with a JSON Pointer.
Outcome<document::Json> checked_parameters(const Task& task, std::string_view json_text);

}  // namespace winnow::plugin
