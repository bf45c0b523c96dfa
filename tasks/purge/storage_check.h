// Whether the storage can be the one that the executions of a purge wrote their files to.
#pragma once

#include "tasks/purge/prepared.h"

namespace winnow::tasks {

// Before the first delete, and for plans and dry runs: refuses, as `configuration`, a purge of
// executions of a tenant of which the storage holds nothing at all: an empty or wrong base path, a
// disk that is not mounted. Their rows would be deleted and their files stay, with nothing left that
// names them. The configuration can allow it (`storage.allow-missing`).
Outcome<void> check_storage(const PurgeRequest& request, const Prepared& prepared,
                            const Context& context);

}  // namespace winnow::tasks
