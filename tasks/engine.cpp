#include "tasks/engine.h"

#include <algorithm>
#include <array>

#include "tasks/doctor.h"
#include "tasks/listing.h"
#include "tasks/purge.h"

namespace winnow::tasks {
namespace {

constexpr std::array kEngines{
    Engine{.kind = EngineKind::listing,
           .name = "listing",
           .removes = false,
           .parameters = listing_parameters,
           .outputs = listing_outputs,
           .needs_storage = nullptr,
           .check = check_listing,
           .plan = plan_listing,
           .run = run_listing},
    Engine{.kind = EngineKind::purge,
           .name = "purge",
           .removes = true,
           .parameters = purge_parameters,
           .outputs = nullptr,
           .needs_storage = purges_files,
           .check = check_purge,
           .plan = plan_purge,
           .run = run_purge},
    Engine{.kind = EngineKind::doctor,
           .name = "doctor",
           .removes = false,
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
