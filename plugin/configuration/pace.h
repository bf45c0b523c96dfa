// The operator's `pace` for runs that delete.
#pragma once

#include <optional>

#include "database/url/settings.h"
#include "document/yaml.h"
#include "tasks/task.h"

namespace winnow::plugin {

// `object` matches the configuration's schema. The log-in to a replica is that of the database
// unless its URL has its own; so replicas need a database. A failure's pointer is the place below
// `pace`.
Outcome<tasks::Pace> read_operators_pace(const document::Json& object,
                                         const std::optional<database::Settings>& database);

}  // namespace winnow::plugin
