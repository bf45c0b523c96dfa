// The connection of a call that only reads: the one that the opened library keeps, or a new one.
#pragma once

#include <functional>

#include "database/connection.h"
#include "tasks/task.h"

namespace winnow::tasks {

// May be called a second time, with a new connection, if the kept one proves outdated before it got
// any reply.
using ConnectedWork = std::function<Outcome<Json>(database::Connection&)>;

Outcome<Json> over_a_connection(const Context& context, const ConnectedWork& work);

}  // namespace winnow::tasks
