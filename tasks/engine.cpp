#include "tasks/engine.h"

#include <algorithm>
#include <array>

#include "tasks/doctor/doctor.h"
#include "tasks/listing/listing.h"
#include "tasks/orphans/orphans.h"
#include "tasks/purge/purge.h"
#include "tasks/receipts/verification.h"
#include "tasks/retention/retention.h"

namespace winnow::tasks {
namespace {

constexpr std::array kEngines{
    Engine{EngineKind::listing, "listing", false, invoke_listing},
    Engine{EngineKind::purge, "purge", true, invoke_purge},
    Engine{EngineKind::retention, "retention", true, invoke_retention},
    Engine{EngineKind::explanation, "explanation", false, invoke_explanation},
    Engine{EngineKind::orphan_rows, "orphan-rows", true, invoke_orphan_rows},
    Engine{EngineKind::orphan_folders, "orphan-folders", true, invoke_orphan_folders},
    Engine{EngineKind::verification, "verification", false, invoke_verification},
    Engine{EngineKind::doctor, "doctor", false, invoke_doctor},
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
