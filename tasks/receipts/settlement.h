// Settles what an earlier run left in doubt, because it was killed or its last COMMIT got no reply,
// by asking the database.
#pragma once

#include "tasks/receipts/place.h"
#include "tasks/receipts/receipts.h"
#include "tasks/shared/reconnecting_connection.h"

namespace winnow::tasks {

// Writes a record for each batch of the file's last run that has no outcome. If the server can't
// report the outcome of the transaction, the keys decide: all of them are deleted, or all exist. If
// the record does not have all keys, the first and the last represent them. Otherwise, or if the
// last run worked on another database, the batch stays in doubt, and the log says so.
Outcome<void> settle(Receipts& receipts, ReconnectingConnection& connection, const Place& place,
                     Host& host);

}  // namespace winnow::tasks
