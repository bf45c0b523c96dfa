// Rules that read the same rows share a walk: twenty rules cost little more than one.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tasks/purge/shared_walk.h"
#include "tasks/retention/compile.h"

namespace winnow::tasks {

// Purges of one table that go by the same date share a walk where one of them would read most rows
// up to its date anyway, as no namespace or flow narrows it. What keeps the newest of each flow
// walks by itself. Not thread-safe; the purges must outlive it.
class RuleWalks {
 public:
  RuleWalks(const Manifest& manifest, const RetentionRequest& request,
            const std::vector<RulePurge>& purges);

  // What the purge at this place is to take; the walk is done when the first of its purges asks.
  // nullptr: it walks by itself.
  Outcome<FoundRows*> rows_for(std::size_t purge, const Context& context, PurgeSession& session);

  // [{"rules": ["/rules/0"], "statements": [...]}], of each walk.
  Outcome<Json> described(const Context& context, PurgeSession& session) const;

 private:
  struct Group {
    // By the numbers of the walk's parts.
    std::vector<std::size_t> purges;
    SharedWalk walk;
    bool walked = false;
    std::vector<std::unique_ptr<FoundRows>> found = {};
  };

  const std::vector<RulePurge>& purges_;
  std::vector<Group> groups_;
};

}  // namespace winnow::tasks
