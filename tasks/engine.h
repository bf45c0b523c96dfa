// The engines that a manifest may name: what each adds to its task, and what it does with it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "tasks/manifest.h"
#include "tasks/task.h"

namespace winnow::tasks {

struct Engine {
  EngineKind kind;
  std::string_view name;  // `engine:` of a manifest
  bool removes;  // rows or files go: `policy.protect` holds, and an operator's folder can't add one

  // Parameters that it reads itself, where the manifest declares them; all others need a filter or a switch.
  std::span<const std::string_view> knows;

  // The parameters that every task of this engine has beside its manifest's own.
  std::vector<ParameterSpec> (*parameters)(const Manifest& manifest);
  // JSON Schema of the outputs; nullptr: the manifest names them itself.
  Json (*outputs)();
  // Whether a run with these parameters can't do without a storage; nullptr: never.
  bool (*needs_storage)(const Manifest& manifest, const Json& parameters);

  Outcome<void> (*check)(const Manifest& manifest, const Json& parameters, const Policy& policy);
  TaskResult (*plan)(const Manifest& manifest, const Json& parameters, Context& context);
  TaskResult (*run)(const Manifest& manifest, const Json& parameters, Context& context);
};

const Engine& engine_of(const Manifest& manifest);
// nullptr where there is none of that name.
const Engine* engine_named(std::string_view name);

}  // namespace winnow::tasks
