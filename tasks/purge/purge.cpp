#include "tasks/purge/purge.h"

#include <algorithm>

#include "outcome/try.h"
#include "tasks/purge/plan.h"
#include "tasks/purge/prepared.h"
#include "tasks/purge/request.h"
#include "tasks/purge/run.h"
#include "tasks/purge/storage_check.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

// A server looks for a deadlock after a while (PostgreSQL's deadlock_timeout, 1 s) and then fails
// whoever asked first. With a shorter wait we give up first, so that it is never Kestra that fails.
// SQLite has one lock and no deadlocks.
Context with_short_waits(Context context) {
  constexpr std::int32_t kLongestMs = 500;
  if (context.database.engine == database::Engine::sqlite) return context;
  context.database.lock_timeout_ms = std::min(context.database.lock_timeout_ms, kLongestMs);
  return context;
}

class Purge final : public Invocation {
 public:
  Purge(const Manifest& manifest, PurgeRequest request)
      : manifest_(manifest), request_(std::move(request)) {}

  bool needs_storage() const override { return request_.removes_files(); }

  TaskResult plan(Context& context) const override {
    WINNOW_TRY(auto own, context_of_run(context));
    WINNOW_TRY(const auto prepared, prepare(manifest_, request_, own));
    WINNOW_CHECK(check_storage(request_, *prepared, own));
    return describe_purge(manifest_, request_, own.policy, *prepared);
  }

  TaskResult run(Context& context) const override {
    WINNOW_TRY(auto own, context_of_run(context));
    WINNOW_TRY(const auto prepared, prepare(manifest_, request_, own));
    if (!request_.dry_run) WINNOW_CHECK(prepared->schema.allows_deletions());
    WINNOW_CHECK(check_storage(request_, *prepared, own));
    WINNOW_CHECK(check_plans(first_statements(*prepared, request_), *prepared->connection, own));
    return PurgeRun(manifest_, request_, own, *prepared).run();
  }

 private:
  Outcome<Context> context_of_run(const Context& context) const {
    auto own = with_short_waits(context);
    WINNOW_TRY(own.pace, pace_of_run(context.pace, request_.pace));
    return own;
  }

  const Manifest& manifest_;
  PurgeRequest request_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_purge(const Manifest& manifest, const Json& parameters,
                                                  const Policy& policy) {
  WINNOW_TRY(auto request, read_purge_request(manifest, parameters, policy));
  return std::make_unique<Purge>(manifest, std::move(request));
}

}  // namespace winnow::tasks
