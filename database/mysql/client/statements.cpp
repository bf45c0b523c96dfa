#include "database/mysql/client/statements.h"

#include <algorithm>

#include "database/mysql/client/parameters.h"

namespace winnow::database {
namespace {

constexpr std::size_t kMost = 16;
// A text with thousands of places is long and comes once.
constexpr std::size_t kLongest = 16'384;

}  // namespace

Outcome<MysqlStatement*> MysqlStatements::prepared(const std::string& sql) {
  const auto found =
      std::find_if(kept_.begin(), kept_.end(), [&](const Kept& kept) { return kept.sql == sql; });
  if (found != kept_.end()) {
    kept_.splice(kept_.begin(), kept_, found);
    return kept_.front().statement.get();
  }
  auto statement = MysqlStatement::prepare(session_, sql);
  if (!statement) return fail(std::move(statement.error()));
  if (kept_.size() == kMost) kept_.pop_back();
  kept_.push_front({.sql = sql, .statement = std::move(*statement)});
  return kept_.front().statement.get();
}

Outcome<std::int64_t> MysqlStatements::run(const Statement& statement, const RowHandler* handler) {
  auto parameters = MysqlParameters::make(statement.parameters);
  if (!parameters) return fail(std::move(parameters.error()));
  if (statement.sql.size() > kLongest) {
    auto once = MysqlStatement::prepare(session_, statement.sql);
    if (!once) return fail(std::move(once.error()));
    return (*once)->run(*parameters, handler);
  }
  auto kept = prepared(statement.sql);
  if (!kept) return fail(std::move(kept.error()));
  return (*kept)->run(*parameters, handler);
}

}  // namespace winnow::database
