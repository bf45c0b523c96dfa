// A SQL statement with the values it binds. Values never become part of the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "document/instant.h"

namespace winnow::database {

using document::Instant;
// Bound as one parameter, see Dialect::any_of. A separate class: libstdc++ 12 assumes that a
// variant of vectors and strings always has a value, and destroys one whose copy has just failed
// for lack of memory.
struct TextList : std::vector<std::string> {
  using vector::vector;
  TextList(std::vector<std::string> texts) : vector(std::move(texts)) {}  // NOLINT: so they are
};

using Parameter = std::variant<std::monostate, bool, std::int64_t, std::string, Instant, TextList>;

struct Statement {
  std::string sql;
  std::vector<Parameter> parameters;
  // A count of most of a table's rows may be faster without any index, so the server is free to
  // choose. Otherwise PostgreSQL is made to use an index if there is one; the same holds for
  // EXPLAIN here, which shows that an index could serve before the server chooses.
  bool may_read_all = false;
  // It is sent again and again, and one plan serves all values: PostgreSQL may keep that plan.
  bool keeps_plan = false;
};

// A statement that binds nothing.
inline Statement plain(std::string_view sql) {
  return {.sql = std::string(sql), .parameters = {}};
}

// The SQL with the text in the one place that holds `{...}`.
inline std::string filled(std::string sql, std::string_view place, std::string_view text) {
  return sql.replace(sql.find(place), place.size(), text);
}

}  // namespace winnow::database
