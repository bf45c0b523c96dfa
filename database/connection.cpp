// What every driver's connection does alike.
#include "database/connection.h"

#include "outcome/try.h"

namespace winnow::database {

Outcome<TextList> Connection::recall_texts(const Statement& statement) {
  TextList found;
  WINNOW_CHECK(query(statement, [&found](const Row& row) {
    found.emplace_back(row.text(0).value_or(""));
    return true;
  }));
  return found;
}

Outcome<std::vector<QueryPlan>> Connection::explain_all(std::span<const Statement> statements) {
  std::vector<QueryPlan> plans;
  plans.reserve(statements.size());
  for (const auto& statement : statements) {
    WINNOW_TRY(auto plan, explain(statement));
    plans.push_back(std::move(plan));
  }
  return plans;
}

bool is_wanted(Target wanted, bool takes_writes) {
  return wanted == Target::any || takes_writes == (wanted == Target::primary);
}

Outcome<SessionLock> holder_in(Connection& connection, const Statement& statement) {
  SessionLock lock;
  WINNOW_CHECK(connection.query(statement, [&](const Row& row) {
    lock.session = row.text(0).value_or("");
    lock.holder = row.text(1).value_or("");
    return true;
  }));
  return lock;
}

}  // namespace winnow::database
