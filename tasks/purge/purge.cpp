#include "tasks/purge/purge.h"

#include <algorithm>

#include "tasks/purge/plan.h"
#include "tasks/purge/prepared.h"
#include "tasks/purge/run.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

std::vector<ParameterSpec> sweep_parameters(const Manifest& /*manifest*/) {
  ParameterSpec tenant;
  tenant.name = "tenant";
  tenant.schema =
      Json{{"type", "string"},
           {"description", "The tenant whose rows go: one of the policy's; without it the first."}};
  return {tenant};
}

std::vector<ParameterSpec> purge_parameters(const Manifest& manifest) {
  ParameterSpec batch_time;
  batch_time.name = "batchTime";
  batch_time.schema = Json{{"type", "integer"},
                           {"minimum", 10},
                           {"maximum", 60'000},
                           {"default", 250},
                           {"description",
                            "Milliseconds that a transaction should take: batches grow, up to "
                            "`batchSize`, and shrink to meet it."}};
  auto parameters = sweep_parameters(manifest);
  parameters.push_back(std::move(batch_time));
  return parameters;
}

bool purges_files(const Manifest& manifest, const Json& parameters) {
  return std::any_of(manifest.steps.begin(), manifest.steps.end(), [&](const PurgeStep& step) {
    return step.kind == PurgeStep::Kind::files &&
           (step.switch_parameter.empty() || parameters.value(step.switch_parameter, true));
  });
}

Outcome<void> check_purge(const Manifest& manifest, const Json& parameters, const Policy& policy) {
  return check_selection(manifest, parameters, policy);
}

TaskResult run_purge(const Manifest& manifest, const Json& parameters, Context& context) {
  if (auto checked = check_purge(manifest, parameters, context.policy); !checked) {
    return fail(checked.error());
  }
  auto prepared = prepare(manifest, parameters, context);
  if (!prepared) return fail(prepared.error());
  const auto statements = purge_statements(manifest, parameters, *prepared);
  if (auto checked = check_plans(statements, *prepared->connection, context); !checked) {
    return fail(checked.error());
  }
  return PurgeRun(manifest, parameters, context, std::move(*prepared)).run();
}

TaskResult plan_purge(const Manifest& manifest, const Json& parameters, Context& context) {
  if (auto checked = check_purge(manifest, parameters, context.policy); !checked) {
    return fail(checked.error());
  }
  auto prepared = prepare(manifest, parameters, context);
  if (!prepared) return fail(prepared.error());
  auto described = describe_purge(manifest, parameters, *prepared);
  if (!described) return fail(described.error());
  return *described;
}

}  // namespace winnow::tasks
