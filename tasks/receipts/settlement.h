// What an earlier run left in doubt: killed, or its last COMMIT without an answer. The database is
// asked.
#pragma once

#include "tasks/receipts/place.h"
#include "tasks/receipts/receipts.h"
#include "tasks/shared/reconnecting_connection.h"

namespace winnow::tasks {

// Writes a record for each batch of the file's last run that has no end. Where the server can't
// tell what became of the transaction, the keys do: all of them are deleted, or all are there.
// Without all keys in the record, the first and the last stand for them. Else, and where the last
// run worked on another database, the batch stays in doubt, which the log says.
Outcome<void> settle(Receipts& receipts, ReconnectingConnection& connection, const Place& place,
                     Host& host);

}  // namespace winnow::tasks
