// What every driver's connection does alike.
#include "database/connection.h"

#include <utility>

#include "database/texts.h"
#include "outcome/try.h"

namespace winnow::database {

Outcome<TextList> Connection::recall_texts(const Statement& statement) {
  return texts_of(*this, statement);
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

tl::unexpected<Failure> give_up(Connection& connection, Failure failure, bool asked_to_cancel) {
  if (asked_to_cancel && failure.kind == FailureKind::unavailable) {
    failure.kind = FailureKind::cancelled;
    failure.retryable = false;
  }
  // The first failure is the one to tell of; where this fails too, the connection's end rolls back.
  (void)connection.rollback();
  return fail(std::move(failure));
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
