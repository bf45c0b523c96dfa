// The purge engine: deletes what a purge manifest describes in short transactions.
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

// What its invocations do, for tasks that consist of several purges, one after the other over one
// session. The manifest is that of a purge, and the request was read with it.
TaskResult plan_purge(const Manifest& manifest, const PurgeRequest& request, const Context& context,
                      PurgeSession& session);
// `found`: see BatchSource.
TaskResult run_purge(const Manifest& manifest, const PurgeRequest& request, const Context& context,
                     PurgeSession& session, FoundRows* found = nullptr);

// How many rows a run would delete, for checking limits, and the state of its tables. Rows that
// were already found are not counted again.
struct PurgeSize {
  std::int64_t selected = 0;
  Hashes tables = {};
};
Outcome<PurgeSize> size_of_purge(const Manifest& manifest, const PurgeRequest& request,
                                 const Context& context, PurgeSession& session,
                                 const FoundRows* found = nullptr);
// The number of rows of the request's tenant, counted up to `most`.
Outcome<std::int64_t> size_of_tenant(const Manifest& manifest, const PurgeRequest& request,
                                     const Context& context, PurgeSession& session,
                                     std::int64_t most);

}  // namespace winnow::tasks
