#include "tasks/purge/storage_check.h"

#include "database/count.h"
#include "outcome/try.h"

namespace winnow::tasks {
namespace {

Outcome<bool> selects_any(const Prepared& prepared) {
  for (const auto deleted : prepared.selection->deleted_branches()) {
    WINNOW_TRY(
        const auto rows,
        database::count_of(*prepared.connection, prepared.statements->count_selected(deleted, 1)));
    if (rows > 0) return true;
  }
  return false;
}

}  // namespace

Outcome<void> check_storage(const PurgeRequest& request, const Prepared& prepared,
                            const Context& context) {
  if (!request.removes_files()) return {};
  if (context.storage == nullptr || context.allow_missing_files) return {};
  WINNOW_TRY(const auto missing,
             context.storage->missing(request.scope.tenant, context.cancellation));
  if (missing.empty()) return {};
  WINNOW_TRY(const bool any, selects_any(prepared));
  if (!any) return {};
  return fail(FailureKind::configuration,
              missing +
                  ", but the database has executions to purge; nothing was deleted. Check "
                  "that `storage` names Kestra's own storage and that it is mounted here; "
                  "where no flow ever wrote a file, set `storage.allow-missing: true`",
              "/storage");
}

}  // namespace winnow::tasks
