#include "tasks/engine.h"

#include <algorithm>
#include <array>

#include "tasks/doctor/doctor.h"
#include "tasks/listing/listing.h"
#include "tasks/orphans/folders.h"
#include "tasks/orphans/rows.h"
#include "tasks/purge/purge.h"
#include "tasks/receipts/verification.h"
#include "tasks/retention/explanation.h"
#include "tasks/retention/retention.h"

namespace winnow::tasks {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 7> kListing{"tenant",  "fetchType", "size",     "cursor",
                                                   "columns", "orderBy",   "direction"};
constexpr std::array<std::string_view, 10> kPurge{
    "tenant",  "batchSize",  "batchTime",  "pace",     "exclusive",
    "maxRows", "maxPercent", "expectPlan", "maxDrift", "dryRun"};
constexpr std::array<std::string_view, 2> kListingOfExecutions{"keepLast", "withChildren"};
constexpr std::array<std::string_view, 2> kPurgeOfExecutions{"keepLast", "withChildren"};
constexpr std::array<std::string_view, 14> kRetention{
    "tenant",     "batchSize", "batchTime", "pace",  "exclusive", "maxRows", "maxPercent",
    "expectPlan", "maxDrift",  "dryRun",    "rules", "otherwise", "logs",    "metrics"};
constexpr std::array<std::string_view, 4> kExplanation{"tenant", "executionId", "rules",
                                                       "otherwise"};
constexpr std::array<std::string_view, 8> kOrphanRows{
    "tenant", "minimumAge", "batchSize", "pace", "exclusive", "expectPlan", "maxDrift", "dryRun"};
constexpr std::array<std::string_view, 8> kOrphanFolders{
    "tenant", "flowId", "startDate", "endDate", "minimumAge", "pace", "exclusive", "dryRun"};
constexpr std::array<std::string_view, 1> kDoctor{"sample"};

constexpr std::array<std::string_view, 1> kVerification{"database"};

constexpr std::array kEngines{
    Engine{.kind = EngineKind::listing,
           .name = "listing",
           .removes = false,
           .own_parameters = Names(kListing),
           .of_executions = Names(kListingOfExecutions),
           .outputs = listing_outputs,
           .invoke = invoke_listing},
    Engine{.kind = EngineKind::purge,
           .name = "purge",
           .removes = true,
           .own_parameters = Names(kPurge),
           .of_executions = Names(kPurgeOfExecutions),
           .outputs = nullptr,
           .invoke = invoke_purge},
    Engine{.kind = EngineKind::retention,
           .name = "retention",
           .removes = true,
           .own_parameters = Names(kRetention),
           .of_executions = {},
           .outputs = retention_outputs,
           .invoke = invoke_retention},
    Engine{.kind = EngineKind::explanation,
           .name = "explanation",
           .removes = false,
           .own_parameters = Names(kExplanation),
           .of_executions = {},
           .outputs = explanation_outputs,
           .invoke = invoke_explanation},
    Engine{.kind = EngineKind::orphan_rows,
           .name = "orphan-rows",
           .removes = true,
           .own_parameters = Names(kOrphanRows),
           .of_executions = {},
           .outputs = nullptr,
           .invoke = invoke_orphan_rows},
    Engine{.kind = EngineKind::orphan_folders,
           .name = "orphan-folders",
           .removes = true,
           .own_parameters = Names(kOrphanFolders),
           .of_executions = {},
           .outputs = nullptr,
           .invoke = invoke_orphan_folders},
    Engine{.kind = EngineKind::verification,
           .name = "verification",
           .removes = false,
           .own_parameters = Names(kVerification),
           .of_executions = {},
           .outputs = verification_outputs,
           .invoke = invoke_verification},
    Engine{.kind = EngineKind::doctor,
           .name = "doctor",
           .removes = false,
           .own_parameters = Names(kDoctor),
           .of_executions = {},
           .outputs = doctor_outputs,
           .invoke = invoke_doctor},
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
