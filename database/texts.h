// Asks for strings: keys, and names.
#pragma once

#include "database/connection.h"

namespace winnow::database {

// The first column of each row, in the order of the rows; NULL is an empty string.
Outcome<TextList> texts_of(Connection& connection, const Statement& statement);

}  // namespace winnow::database
