#include "database/count.h"

#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {

Outcome<std::vector<std::int64_t>> numbers_of(Connection& connection, const Statement& statement) {
  std::vector<std::int64_t> numbers;
  bool all_are_numbers = true;
  WINNOW_CHECK(connection.query(statement, [&](const Row& row) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      const auto number = document::number_of<std::int64_t>(row.text(column).value_or("0"));
      all_are_numbers = all_are_numbers && number.has_value();
      numbers.push_back(number.value_or(0));
    }
    return false;
  }));
  if (all_are_numbers && !numbers.empty()) return numbers;
  return fail(FailureKind::internal, "the server's reply to a count is no number");
}

Outcome<std::int64_t> count_of(Connection& connection, const Statement& statement) {
  WINNOW_TRY(const auto numbers, numbers_of(connection, statement));
  return numbers.front();
}

}  // namespace winnow::database
