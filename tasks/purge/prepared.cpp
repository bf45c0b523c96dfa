#include "tasks/purge/prepared.h"

#include "outcome/try.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {

Outcome<std::unique_ptr<Prepared>> prepare(const Manifest& manifest, const PurgeRequest& request,
                                           Context& context) {
  context.progress.phase = Phase::connecting;
  auto prepared = std::make_unique<Prepared>();
  WINNOW_TRY(prepared->connection, connect(context));
  auto& connection = *prepared->connection;
  WINNOW_TRY(prepared->schema, connection.probe(tables_of(manifest)));
  WINNOW_TRY(prepared->selection, Selection::make(request.scope, prepared->schema));
  const bool with_files = request.removes_files() && context.storage != nullptr;
  const auto hold =
      hold_of(request, prepared->selection->table(), connection.dialect(), with_files);
  WINNOW_TRY(prepared->steps,
             PurgeSteps::resolve(manifest, request, prepared->schema, connection,
                                 hold == Hold::skipping ? Use::locks_and_deletes : Use::deletes));
  WINNOW_TRY(prepared->statements,
             PurgeStatements::make(request, *prepared->selection, *prepared->steps,
                                   connection.dialect(), hold));
  return prepared;
}

Outcome<std::int64_t> count_selected(const Prepared& prepared, std::int64_t most) {
  return count_branches(*prepared.connection, prepared.selection->deleted_branches(), most,
                        [&](std::optional<bool> deleted, std::int64_t further) {
                          return prepared.statements->count_selected(deleted, further);
                        });
}

}  // namespace winnow::tasks
