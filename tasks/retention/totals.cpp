#include "tasks/retention/totals.h"

#include <array>
#include <string_view>

#include "tasks/retention/retention.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

struct Counter {
  const char* name;
  const char* description;
};
constexpr std::array kCounters{
    Counter{"executionsCount", "Executions that went."},
    Counter{"logsCount", "Logs that went, with their executions and by the rules for logs."},
    Counter{"metricsCount",
            "Metrics that went, with their executions and by the rules for metrics."},
    Counter{"storagesCount", "Files that went; folders do not count."},
    Counter{"taskOutputsCount", "Task outputs that went (Kestra 2.0)."},
    Counter{"executionOutputsCount", "Execution outputs that went (Kestra 2.0)."},
    Counter{"dependentsCount", "Rows of other tables that belonged to them."},
    Counter{"skippedCount",
            "Selected rows that stay: others hold them, or the database or the storage refuses."},
    Counter{"batches", "Transactions committed."},
    Counter{"retries", "Transactions tried again after a conflict."}};

// The purges of logs and metrics count their own rows as `count`.
std::string total_of(const Manifest& purge, const std::string& counter) {
  return counter == "count" ? purge.table + "Count" : counter;
}

}  // namespace

Totals::Totals(bool dry_run) {
  for (const auto& counter : kCounters) totals_[counter.name] = 0;
  totals_["rules"] = Json::array();
  if (dry_run) totals_["dryRun"] = true;
}

std::int64_t Totals::add(const std::string& rule, const Manifest& purge, const Json& result) {
  Json own{{"rule", rule}};
  std::int64_t went = 0;
  for (const auto& entry : result.items()) {
    const auto name = total_of(purge, entry.key());
    const bool own_counter = entry.key() == purge.steps.back().counter;
    if (own_counter && entry.value().is_number()) went = entry.value().get<std::int64_t>();
    // The plan is that of all rules together.
    if (entry.key() == "dryRun" || entry.key() == "planId") continue;
    // `retries` of a purge are those of the whole run so far.
    if (entry.key() == "retries") {
      totals_[name] = entry.value();
    } else if (totals_.contains(name) && entry.value().is_number_integer()) {
      add_to(totals_, name, entry.value().get<std::int64_t>());
      own[name] = entry.value();
    } else {
      own[name] = entry.value();
    }
  }
  totals_["rules"].push_back(std::move(own));
  return went;
}

void Totals::note(const std::string& note) {
  totals_["notes"].push_back(note);
}

void Totals::plan(const std::string& id) {
  totals_["planId"] = id;
}

Json retention_outputs() {
  Json properties = Json::object();
  for (const auto& counter : kCounters) {
    properties[counter.name] = {{"type", "integer"}, {"description", counter.description}};
  }
  properties["rules"] = {{"type", "array"},
                         {"items", {{"type", "object"}}},
                         {"description",
                          "Of each rule that removes something: where it stands (`rule`), its "
                          "counts, `namespaces`, the rows of its own table by namespace, and in a "
                          "dry run its `cutoff`."}};
  properties["dryRun"] = {{"type", "boolean"},
                          {"description", "True where the counts are of what would go."}};
  properties["planId"] = {
      {"type", "string"},
      {"description",
       "Of a dry run: what `expectPlan` of a later run names. Of a run, that plan."}};
  properties["notes"] = {{"type", "array"},
                         {"items", {{"type", "string"}}},
                         {"description", "What to know about how the run ended."}};
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

}  // namespace winnow::tasks
