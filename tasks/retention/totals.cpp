#include "tasks/retention/totals.h"

#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

// The purges of logs and metrics count their own rows as `count`.
std::string total_of(const Manifest& purge, const std::string& counter) {
  return counter == "count" ? purge.table + "Count" : counter;
}

}  // namespace

Totals::Totals(const Manifest& manifest, bool dry_run) : totals_(zero_counters(manifest)) {
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

}  // namespace winnow::tasks
