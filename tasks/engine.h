// The engines that a manifest may name, and what each reads of its task's parameters.
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
  // Rows or files go: `policy.protect` holds.
  bool removes;
  // See tasks::invoke().
  Outcome<std::unique_ptr<Invocation>> (*invoke)(const Manifest& manifest, const Json& parameters,
                                                 const Policy& policy);
};

// The parameters of every listing, which it reads itself.
inline constexpr auto kListingParameters = std::to_array<std::string_view>(
    {"tenant", "fetchType", "size", "cursor", "columns", "orderBy", "direction"});
// Those that it reads too where the manifest declares them: executions alone have flows and
// parents.
inline constexpr auto kListingParametersOfExecutions =
    std::to_array<std::string_view>({"keepLast", "withChildren"});

const Engine& engine_of(const Manifest& manifest);
// nullptr where there is none of that name.
const Engine* engine_named(std::string_view name);

}  // namespace winnow::tasks
