// The operator's `pace`: what a run that deletes gives way to.
#pragma once

#include <optional>

#include "database/url/settings.h"
#include "document/yaml.h"
#include "tasks/task.h"

namespace winnow::plugin {

// `object` has the form that the configuration's schema asks for. A replica is logged in to as the
// database is, where its URL does not say otherwise; so replicas need a database. A failure's
// pointer is the place below `pace`.
Outcome<tasks::Pace> read_operators_pace(const document::Json& object,
                                         const std::optional<database::Settings>& database);

}  // namespace winnow::plugin
