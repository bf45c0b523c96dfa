#include "tasks/purge/prepared.h"

#include <algorithm>

namespace winnow::tasks {
namespace {

// A server looks for a deadlock after a while (PostgreSQL's deadlock_timeout, 1 s) and then fails
// whoever asked first. With a shorter wait we give up first, so that it is never Kestra that fails.
constexpr std::int32_t kLongestWaitMs = 500;

}  // namespace

Outcome<Prepared> prepare(const Manifest& manifest, const PurgeRequest& request, Context& context) {
  context.progress.phase = Phase::connecting;
  if (context.database.engine != database::Engine::sqlite) {
    auto& wait = context.database.lock_timeout_ms;
    wait = std::min(wait, kLongestWaitMs);
  }
  auto connection = database::connect(context.database, context.cancellation);
  if (!connection) return fail(connection.error());
  auto schema = (*connection)->probe(tables_of(manifest));
  if (!schema) return fail(schema.error());

  Prepared prepared{.connection = std::move(*connection),
                    .schema = std::move(*schema),
                    .selection = std::nullopt,
                    .steps = std::nullopt};
  auto selection = Selection::make(request.scope, prepared.schema);
  if (!selection) return fail(selection.error());
  auto steps = PurgeSteps::resolve(manifest, request, prepared.schema);
  if (!steps) return fail(steps.error());
  for (const auto& column : {std::string("key"), manifest.order}) {
    if (selection->table().column(column) != nullptr) continue;
    return fail(FailureKind::schema,
                "table \"" + manifest.table + "\" has no column \"" + column + "\"");
  }
  prepared.selection = std::move(*selection);
  prepared.steps = std::move(*steps);
  return prepared;
}

}  // namespace winnow::tasks
