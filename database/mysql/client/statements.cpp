#include "database/mysql/client/statements.h"

#include <algorithm>

#include "database/mysql/client/parameters.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

constexpr std::size_t kMost = 16;
// A text with thousands of places is long and comes once.
constexpr std::size_t kLongest = 16'384;

}  // namespace

Outcome<MysqlStatement*> MysqlStatements::prepared(const std::string& sql) {
  const auto found = std::ranges::find(kept_, sql, &Kept::sql);
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
    return kept_.front().statement.get();
  }
  WINNOW_TRY(auto statement, MysqlStatement::prepare(session_, sql));
  if (kept_.size() == kMost) kept_.pop_back();
  kept_.push_front({.sql = sql, .statement = std::move(statement)});
  return kept_.front().statement.get();
}

Outcome<std::int64_t> MysqlStatements::run(const Statement& statement, const RowHandler* handler) {
  WINNOW_TRY(auto parameters, MysqlParameters::make(statement.parameters));
  if (statement.sql.size() > kLongest) {
    WINNOW_TRY(auto once, MysqlStatement::prepare(session_, statement.sql));
    return once->run(parameters, handler);
  }
  WINNOW_TRY(auto* kept, prepared(statement.sql));
  return kept->run(parameters, handler);
}

}  // namespace winnow::database
