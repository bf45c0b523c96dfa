// The result of a run of several rules: what went in all, and by rule.
#pragma once

#include <cstdint>
#include <string>

#include "tasks/manifest.h"

namespace winnow::tasks {

class Totals {
 public:
  Totals(const Manifest& manifest, bool dry_run);

  // Adds the result of a rule's purge, or what it had done when it failed. How many rows of its own
  // table went.
  std::int64_t add(const std::string& rule, const Manifest& purge, const Json& result);
  void note(const std::string& note);
  // The plan of a dry run, or the one that the run is held to.
  void plan(const std::string& id);
  // {"executionsCount", "logsCount", ..., "rules": [{"rule", its counts, "namespaces"}]}.
  Json result() const { return totals_; }

 private:
  Json totals_;
};

}  // namespace winnow::tasks
