#include "tasks/orphans/sweep.h"

#include "tasks/selection/plan_check.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {

Sweep::Sweep(const Manifest& manifest, Context& context, std::unique_ptr<Pacer> pacer,
             ReconnectingConnection connection, std::unique_ptr<database::Schema> schema,
             ExecutionLookup lookup)
    : manifest_(&manifest),
      context_(&context),
      pacer_(std::move(pacer)),
      connection_(std::move(connection)),
      schema_(std::move(schema)),
      lookup_(lookup),
      counters_(zero_counters(manifest)) {}

Outcome<Sweep> Sweep::open(const Manifest& manifest, Context& context,
                           const std::optional<Pace>& pace, Paced paced) {
  WINNOW_TRY(auto own_pace, pace_of_run(context.pace, pace));
  if (paced == Paced::no) own_pace.reset();
  auto pacer = std::make_unique<Pacer>(std::move(own_pace), context);
  context.progress.phase = Phase::connecting;
  WINNOW_TRY(auto connection, ReconnectingConnection::open(context));
  WINNOW_TRY(auto probed, connection.get().probe(tables_of(manifest)));
  auto schema = std::make_unique<database::Schema>(std::move(probed));
  WINNOW_TRY(const auto lookup, ExecutionLookup::make(*schema));
  std::vector<const database::Table*> tables;
  for (const auto& step : manifest.steps) {
    if (const auto* table = schema->table(step.table)) tables.push_back(table);
  }
  pacer->watch({.server = context.database, .tables = std::move(tables)});
  return Sweep(manifest, context, std::move(pacer), std::move(connection), std::move(schema),
               lookup);
}

Outcome<bool> Sweep::may_go_on() {
  WINNOW_TRY(const auto next, pacer_->await(lane_));
  return next == Pacer::Next::batch;
}

void Sweep::note_pace(std::int64_t rows, Pacer::Clock::duration took) {
  pacer_->learn(lane_, rows, took);
}

Outcome<std::vector<std::string>> Sweep::missing(const std::vector<std::string>& executions) {
  return connection_.read(
      [&](database::Connection& connection) { return lookup_.missing(connection, executions); });
}

Outcome<std::vector<std::string>> Sweep::missing_beside(
    database::Connection& connection, const std::vector<std::string>& executions) {
  if (!connection.dialect().merges_shards()) return lookup_.missing(connection, executions);
  if (!beside_) {
    WINNOW_TRY(beside_, ReconnectingConnection::open(*context_));
  }
  return beside_->read(
      [&](database::Connection& other) { return lookup_.missing(other, executions); });
}

Outcome<void> Sweep::check_executions(const std::string& all, const std::string& what_to_do) {
  WINNOW_TRY(const bool any, connection_.read([this](database::Connection& connection) {
    return lookup_.any(connection);
  }));
  if (any) return {};
  return fail(FailureKind::limit, "the database has no execution at all, so that " + all +
                                      " would be removed. " + what_to_do + ". Nothing was removed");
}

Outcome<Json> Sweep::plan() {
  WINNOW_TRY(auto looked_up,
             explained(connection_.get(), {.purpose = "look for executions",
                                           .statement = lookup_.statement(
                                               dialect(), stand_in_keys(kExecutionsPerPage)),
                                           .need = {}}));
  return Json{{"task", manifest_->name},
              {"server", schema_->server},
              {"statements", Json::array({std::move(looked_up)})},
              {"leftOut", Json::array()}};
}

TaskResult Sweep::result(const Outcome<void>& swept, bool dry_run) {
  Json result = counters_;
  if (result.contains("retries")) result["retries"] = context_->progress.retries.load();
  if (auto pace = pacer_->summary()) result["pace"] = std::move(*pace);
  if (dry_run) result["dryRun"] = true;
  if (!swept) return tl::unexpected(TaskFailure(swept.error(), std::move(result)));
  return result;
}

}  // namespace winnow::tasks
