#include "tasks/engine.h"

#include <algorithm>
#include <array>

#include "outcome/try.h"
#include "tasks/doctor/doctor.h"
#include "tasks/listing/listing.h"
#include "tasks/orphans/folders.h"
#include "tasks/orphans/rows.h"
#include "tasks/purge/purge.h"

namespace winnow::tasks {
namespace {

using Names = std::span<const std::string_view>;

constexpr std::array<std::string_view, 7> kListing{"tenant",  "fetchType", "size",     "cursor",
                                                   "columns", "orderBy",   "direction"};
constexpr std::array<std::string_view, 4> kPurge{"tenant", "batchSize", "batchTime", "dryRun"};
constexpr std::array<std::string_view, 4> kOrphanRows{"tenant", "minimumAge", "batchSize",
                                                      "dryRun"};
constexpr std::array<std::string_view, 6> kOrphanFolders{"tenant",  "flowId",     "startDate",
                                                         "endDate", "minimumAge", "dryRun"};
constexpr std::array<std::string_view, 1> kDoctor{"sample"};

enum class Files { none, looked_at };

// An engine whose functions read the parameters themselves, each time that they are called.
template <auto check, auto plan_task, auto run_task, Files files = Files::none>
class Unread final : public Invocation {
 public:
  Unread(const Manifest& manifest, Json parameters)
      : manifest_(manifest), parameters_(std::move(parameters)) {}
  bool looks_at_storage() const override { return files != Files::none; }
  TaskResult plan(Context& context) const override {
    return plan_task(manifest_, parameters_, context);
  }
  TaskResult run(Context& context) const override {
    return run_task(manifest_, parameters_, context);
  }

  static Outcome<std::unique_ptr<Invocation>> make(const Manifest& manifest, const Json& parameters,
                                                   const Policy& policy) {
    WINNOW_CHECK(check(manifest, parameters, policy));
    return std::make_unique<Unread>(manifest, parameters);
  }

 private:
  const Manifest& manifest_;
  Json parameters_;
};

constexpr std::array kEngines{
    Engine{.kind = EngineKind::listing,
           .name = "listing",
           .removes = false,
           .own_parameters = Names(kListing),
           .outputs = listing_outputs,
           .invoke = invoke_listing},
    Engine{.kind = EngineKind::purge,
           .name = "purge",
           .removes = true,
           .own_parameters = Names(kPurge),
           .outputs = nullptr,
           .invoke = invoke_purge},
    Engine{.kind = EngineKind::orphan_rows,
           .name = "orphan-rows",
           .removes = true,
           .own_parameters = Names(kOrphanRows),
           .outputs = nullptr,
           .invoke = invoke_orphan_rows},
    Engine{.kind = EngineKind::orphan_folders,
           .name = "orphan-folders",
           .removes = true,
           .own_parameters = Names(kOrphanFolders),
           .outputs = nullptr,
           .invoke = invoke_orphan_folders},
    Engine{.kind = EngineKind::doctor,
           .name = "doctor",
           .removes = false,
           .own_parameters = Names(kDoctor),
           .outputs = doctor_outputs,
           .invoke = Unread<check_doctor, plan_doctor, run_doctor, Files::looked_at>::make},
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
