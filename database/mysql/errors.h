// The meaning of MySQL's error numbers for winnow's callers.
#pragma once

#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::database {

// `number`: the server's (from 1000 and from 3000) or the connector's own (from 2000). `cancelled`:
// this side asked the server to stop.
Failure mysql_failure(unsigned int number, std::string_view sqlstate, std::string_view message,
                      bool cancelled);

// Group replication refused a COMMIT, or rolled it back.
bool is_mysql_group_refusal(unsigned int number);

// The same if the server is no longer a member of its group: only the other members know the
// outcome of the transaction.
Failure mysql_has_left_group(const Failure& refusal);

// The connector has no memory for a connection.
Failure mysql_no_memory();

// The server logs statements, and refuses every deletion for that reason.
bool is_mysql_statement_log(const Failure& failure);

// The server accepts no writes from this account (read_only): it is a replica, or has stepped down.
bool is_mysql_read_only(const Failure& failure);

// After this error the connection is unusable.
bool mysql_connection_lost(unsigned int number);

}  // namespace winnow::database
