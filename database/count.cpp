#include "database/count.h"

#include <string>

namespace winnow::database {

Outcome<std::int64_t> count_of(Connection& connection, const Statement& statement) {
  std::int64_t rows = 0;
  auto queried = connection.query(statement, [&rows](const Row& row) {
    rows = std::stoll(std::string(row.text(0).value_or("0")));
    return true;
  });
  if (!queried) return fail(std::move(queried.error()));
  return rows;
}

}  // namespace winnow::database
