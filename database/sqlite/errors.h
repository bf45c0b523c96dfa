// The meaning of SQLite's result codes for winnow's callers.
#pragma once

#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::database {

// `code` may be an extended result code. `message` is SQLite's own text.
Failure sqlite_failure(int code, std::string_view message);

}  // namespace winnow::database
