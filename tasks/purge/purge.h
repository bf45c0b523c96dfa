// The purge engine: what a purge manifest describes goes in short transactions, children first,
// parent last.
#pragma once

#include <cstdint>
#include <memory>

#include "tasks/purge/found_rows.h"
#include "tasks/purge/request.h"
#include "tasks/purge/session.h"
#include "tasks/task.h"

namespace winnow::tasks {

// See tasks::invoke().
Outcome<std::unique_ptr<Invocation>> invoke_purge(const Manifest& manifest, const Json& parameters,
                                                  const Policy& policy);

// What its invocations do, for tasks that are made of several purges, one after the other by one
// session. The manifest is that of a purge, and the request was read from it.
TaskResult plan_purge(const Manifest& manifest, const PurgeRequest& request, const Context& context,
                      PurgeSession& session);
// `found`: see BatchSource.
TaskResult run_purge(const Manifest& manifest, const PurgeRequest& request, const Context& context,
                     PurgeSession& session, FoundRows* found = nullptr);

// How many rows a run would remove, to hold limits against them, and what it would find its tables
// like. Where the rows were found, they are not counted again.
struct PurgeSize {
  std::int64_t selected = 0;
  Hashes tables = {};
};
Outcome<PurgeSize> size_of_purge(const Manifest& manifest, const PurgeRequest& request,
                                 const Context& context, PurgeSession& session,
                                 const FoundRows* found = nullptr);
// How many rows the request's tenant has, counted no further than `most`.
Outcome<std::int64_t> size_of_tenant(const Manifest& manifest, const PurgeRequest& request,
                                     const Context& context, PurgeSession& session,
                                     std::int64_t most);

}  // namespace winnow::tasks
