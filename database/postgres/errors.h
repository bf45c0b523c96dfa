// The meaning of a SQLSTATE for winnow's callers.
#pragma once

#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::database {

// `sqlstate` is empty if the connection broke and the server sent nothing. `message` is the
// server's or libpq's own text. `cancelled`: this side asked the server to cancel.
Failure postgres_failure(std::string_view sqlstate, std::string_view message, bool cancelled);

// The same for a failed log-in, whose SQLSTATE libpq only gives inside its (verbose) message.
Failure postgres_connect_failure(std::string_view verbose_message);

}  // namespace winnow::database
