#include "tasks/purge/storage_check.h"

#include "outcome/try.h"

namespace winnow::tasks {
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

}  // namespace winnow::tasks
