// A SQL statement with the values it binds. Values never become part of the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "document/instant.h"

namespace winnow::database {

using document::Instant;
using TextList = std::vector<std::string>;  // bound as one parameter, see Dialect::any_of

using Parameter = std::variant<std::monostate, bool, std::int64_t, std::string, Instant, TextList>;

struct Statement {
  std::string sql;
  std::vector<Parameter> parameters;
};

}  // namespace winnow::database
