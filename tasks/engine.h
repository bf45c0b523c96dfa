// The engines that a manifest may name, and the parameters that each reads.
#pragma once

#include <array>
#include <memory>
#include <string_view>

#include "tasks/manifest.h"
#include "tasks/task.h"

namespace winnow::tasks {

struct Engine {
  EngineKind kind;
  // `engine:` of a manifest.
  std::string_view name;
  // It deletes rows or files: `policy.protect` applies.
  bool removes;
  // See tasks::invoke().
  Outcome<std::unique_ptr<Invocation>> (*invoke)(const Manifest& manifest, const Json& parameters,
                                                 const Policy& policy);
};

// The parameters of every listing, which the engine reads itself.
inline constexpr auto kListingParameters = std::to_array<std::string_view>(
    {"tenant", "fetchType", "size", "cursor", "columns", "orderBy", "direction"});
// Parameters that it also reads if the manifest declares them: only executions have flows and
// parents.
inline constexpr auto kListingParametersOfExecutions =
    std::to_array<std::string_view>({"keepLast", "withChildren"});

const Engine& engine_of(const Manifest& manifest);
// nullptr: no engine has that name.
const Engine* engine_named(std::string_view name);

}  // namespace winnow::tasks
