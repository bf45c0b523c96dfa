// Lets rules that read the same rows share a walk: twenty rules cost little more than one.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tasks/purge/shared_walk.h"
#include "tasks/retention/compile.h"

namespace winnow::tasks {

// Purges of one table with the same date share a walk if one of them would read most rows up to its
// date anyway, because no namespace or flow restricts it. A purge that keeps the newest of each
// flow walks by itself. Not thread-safe; the purges must outlive it.
class RuleWalks {
 public:
  RuleWalks(const Manifest& manifest, const RetentionRequest& request,
            const std::vector<RulePurge>& purges);

  // The rows for the purge with this index; the first call for one of a walk's purges performs the
  // walk. nullptr: the purge walks by itself.
  Outcome<FoundRows*> rows_for(std::size_t purge, const Context& context, PurgeSession& session);

  // [{"rules": ["/rules/0"], "statements": [...]}], one entry per walk.
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
