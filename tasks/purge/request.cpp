#include "tasks/purge/request.h"

#include <algorithm>

#include "outcome/try.h"

namespace winnow::tasks {

bool PurgeRequest::removes_files() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const PurgeStep* step) { return step->kind == PurgeStep::Kind::files; });
}

Outcome<PurgeRequest> read_purge_request(const Manifest& manifest, const Json& parameters,
                                         const Policy& policy) {
  PurgeRequest request;
  WINNOW_TRY(request.scope, read_scope(manifest, parameters, policy));
  const auto is_on = [&](const PurgeStep& step, bool otherwise) {
    if (step.switch_parameter.empty()) return otherwise;
    return parameters.at(step.switch_parameter).get<bool>();
  };
  request.deletes_parent = is_on(manifest.steps.back(), true);
  for (const auto& step : manifest.steps) {
    if (step.kind == PurgeStep::Kind::parent) continue;
    if (is_on(step, request.deletes_parent)) request.steps.push_back(&step);
  }
  request.batch_size = parameters.at("batchSize").get<std::int64_t>();
  request.batch_time = std::chrono::milliseconds(parameters.at("batchTime").get<std::int64_t>());
  request.dry_run = parameters.at("dryRun").get<bool>();
  return request;
}

}  // namespace winnow::tasks
