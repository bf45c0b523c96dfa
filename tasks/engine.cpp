#include "tasks/engine.h"

#include <algorithm>
#include <array>

#include "tasks/doctor/doctor.h"
#include "tasks/listing/listing.h"
#include "tasks/orphans/folders.h"
#include "tasks/orphans/rows.h"
#include "tasks/purge/purge.h"

namespace winnow::tasks {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 2> kPurge{"batchSize", "dryRun"};
constexpr std::array<std::string_view, 3> kOrphanRows{"minimumAge", "batchSize", "dryRun"};
constexpr std::array<std::string_view, 5> kOrphanFolders{"flowId", "startDate", "endDate",
                                                         "minimumAge", "dryRun"};

constexpr std::array kEngines{
    Engine{.kind = EngineKind::listing,
           .name = "listing",
           .removes = false,
           .knows = {},
           .parameters = listing_parameters,
           .outputs = listing_outputs,
           .needs_storage = nullptr,
           .check = check_listing,
           .plan = plan_listing,
           .run = run_listing},
    Engine{.kind = EngineKind::purge,
           .name = "purge",
           .removes = true,
           .knows = Names(kPurge),
           .parameters = purge_parameters,
           .outputs = nullptr,
           .needs_storage = purges_files,
           .check = check_purge,
           .plan = plan_purge,
           .run = run_purge},
    Engine{.kind = EngineKind::orphan_rows,
           .name = "orphan-rows",
           .removes = true,
           .knows = Names(kOrphanRows),
           .parameters = sweep_parameters,
           .outputs = nullptr,
           .needs_storage = nullptr,
           .check = check_orphan_rows,
           .plan = plan_orphan_rows,
           .run = run_orphan_rows},
    Engine{.kind = EngineKind::orphan_folders,
           .name = "orphan-folders",
           .removes = true,
           .knows = Names(kOrphanFolders),
           .parameters = sweep_parameters,
           .outputs = nullptr,
           .needs_storage = sweeps_storage,
           .check = check_orphan_folders,
           .plan = plan_orphan_folders,
           .run = run_orphan_folders},
    Engine{.kind = EngineKind::doctor,
           .name = "doctor",
           .removes = false,
           .knows = {},
           .parameters = doctor_parameters,
           .outputs = doctor_outputs,
           .needs_storage = nullptr,
           .check = check_doctor,
           .plan = plan_doctor,
           .run = run_doctor},
};

}  // namespace

const Engine& engine_of(const Manifest& manifest) {
  return *std::find_if(kEngines.begin(), kEngines.end(),
                       [&](const Engine& engine) { return engine.kind == manifest.engine; });
}

const Engine* engine_named(std::string_view name) {
  const auto* found = std::find_if(kEngines.begin(), kEngines.end(),
                                   [&](const Engine& engine) { return engine.name == name; });
  return found == kEngines.end() ? nullptr : found;
}

}  // namespace winnow::tasks
