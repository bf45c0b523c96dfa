#include "tasks/purge/purge.h"

#include <algorithm>

#include "outcome/try.h"
#include "tasks/purge/plan.h"
#include "tasks/purge/prepared.h"
#include "tasks/purge/request.h"
#include "tasks/purge/run.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

// So that Kestra is served before a purge is. A server looks for a deadlock after a while
// (PostgreSQL's deadlock_timeout, 1 s) and then fails whoever asked first: with a shorter wait we
// give up first. And none of PostgreSQL's statements takes further processors from those who write.
// SQLite has one lock and no deadlocks.
Context giving_way(Context context) {
  constexpr std::int32_t kLongestMs = 500;
  auto& settings = context.database;
  if (settings.engine == database::Engine::sqlite) return context;
  settings.lock_timeout_ms = std::min(settings.lock_timeout_ms, kLongestMs);
  settings.one_processor = true;
  return context;
}

Outcome<Context> context_of_run(const Context& context, const PurgeRequest& request) {
  auto own = giving_way(context);
  WINNOW_TRY(own.pace, pace_of_run(context.pace, request.pace));
  return own;
}

// Before the first delete, and for plans and dry runs: a storage that holds nothing at all of the
// tenant is an empty or wrong base path, or a disk that is not mounted. The executions' rows would
// be deleted and their files stay, with nothing left that names them.
Outcome<void> check_storage(const PurgeRequest& request, const Prepared& prepared,
                            const Context& context) {
  if (!request.removes_files()) return {};
  if (context.storage == nullptr || context.allow_missing_files) return {};
  WINNOW_TRY(const auto missing,
             context.storage->missing(request.scope.tenant, context.cancellation));
  if (missing.empty()) return {};
  WINNOW_TRY(const auto selected, count_selected(prepared, *prepared.connection, 1));
  if (selected == 0) return {};
  return fail(FailureKind::configuration,
              missing +
                  ", but the database has executions to purge; nothing was deleted. Check "
                  "that `storage` names Kestra's own storage, and that a folder is mounted here; "
                  "where no flow ever wrote a file, set `storage.allow-missing: true`",
              "/storage");
}

// As far as a run comes before its first deletion: what refuses it has refused it by then.
Outcome<std::unique_ptr<Prepared>> prepare_run(const Manifest& manifest,
                                               const PurgeRequest& request, Context& own,
                                               PurgeSession& session) {
  WINNOW_TRY(auto prepared, prepare(manifest, request, own, session));
  if (request.expected) {
    WINNOW_CHECK(check_tables(request.expected->terms.tables, hashes_of(prepared->schema)));
  }
  if (!request.dry_run) WINNOW_CHECK(prepared->schema.allows_deletions());
  WINNOW_CHECK(check_storage(request, *prepared, own));
  WINNOW_CHECK(check_plans(first_statements(*prepared, request), *prepared->connection, own));
  return prepared;
}

class Purge final : public Invocation {
 public:
  Purge(const Manifest& manifest, PurgeRequest request)
      : manifest_(manifest), request_(std::move(request)) {}

  bool needs_storage() const override { return request_.removes_files(); }
  TaskResult plan(Context& context) const override {
    PurgeSession session;
    return plan_purge(manifest_, request_, context, session);
  }
  TaskResult run(Context& context) const override {
    PurgeSession session;
    return run_purge(manifest_, request_, context, session);
  }

 private:
  const Manifest& manifest_;
  PurgeRequest request_;
};

}  // namespace

TaskResult plan_purge(const Manifest& manifest, const PurgeRequest& request, const Context& context,
                      PurgeSession& session) {
  WINNOW_TRY(auto own, context_of_run(context, request));
  WINNOW_TRY(const auto prepared, prepare(manifest, request, own, session));
  WINNOW_CHECK(check_storage(request, *prepared, own));
  WINNOW_TRY(auto described, describe_purge(manifest, request, own, *prepared));
  session.give_back(std::move(prepared->connection));
  return described;
}

TaskResult run_purge(const Manifest& manifest, const PurgeRequest& request, const Context& context,
                     PurgeSession& session, FoundRows* found) {
  WINNOW_TRY(auto own, context_of_run(context, request));
  WINNOW_TRY(const auto prepared, prepare_run(manifest, request, own, session));
  PurgeRun run(manifest, request, own, *prepared, found);
  auto result = run.run();
  if (result) session.give_back(run.take_connection());
  return result;
}

Outcome<PurgeSize> size_of_purge(const Manifest& manifest, const PurgeRequest& request,
                                 const Context& context, PurgeSession& session,
                                 const FoundRows* found) {
  WINNOW_TRY(auto own, context_of_run(context, request));
  WINNOW_TRY(const auto prepared, prepare_run(manifest, request, own, session));
  PurgeSize size{.tables = hashes_of(prepared->schema)};
  if (found != nullptr) {
    size.selected = found->count();
  } else {
    WINNOW_TRY(size.selected, count_selected(*prepared, *prepared->connection, kCountAll));
  }
  session.give_back(std::move(prepared->connection));
  return size;
}

Outcome<std::int64_t> size_of_tenant(const Manifest& manifest, const PurgeRequest& request,
                                     const Context& context, PurgeSession& session,
                                     std::int64_t most) {
  WINNOW_TRY(auto own, context_of_run(context, request));
  WINNOW_TRY(const auto prepared, prepare(manifest, request, own, session));
  WINNOW_TRY(const auto rows, prepared->selection->count_tenant(*prepared->connection, most));
  session.give_back(std::move(prepared->connection));
  return rows;
}

Outcome<std::unique_ptr<Invocation>> invoke_purge(const Manifest& manifest, const Json& parameters,
                                                  const Policy& policy) {
  WINNOW_TRY(auto request, read_purge_request(manifest, parameters, policy));
  return std::make_unique<Purge>(manifest, std::move(request));
}

}  // namespace winnow::tasks
