// The engines that a manifest may name, and what each reads of its task's parameters.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "tasks/manifest.h"
#include "tasks/task.h"

namespace winnow::tasks {

struct Engine {
  EngineKind kind;
  // `engine:` of a manifest.
  std::string_view name;
  // Rows or files go: `policy.protect` holds.
  bool removes;
  // The parameters that the engine reads itself. Every other one needs a filter or a switch.
  std::span<const std::string_view> own_parameters;
  // Those that it reads too where the manifest declares them: executions alone have flows and parents.
  std::span<const std::string_view> of_executions;
  // JSON Schema of the outputs; nullptr: the manifest names them itself.
  Json (*outputs)();
  // See tasks::invoke().
  Outcome<std::unique_ptr<Invocation>> (*invoke)(const Manifest& manifest, const Json& parameters,
                                                 const Policy& policy);
};

const Engine& engine_of(const Manifest& manifest);
// nullptr where there is none of that name.
const Engine* engine_named(std::string_view name);

}  // namespace winnow::tasks
