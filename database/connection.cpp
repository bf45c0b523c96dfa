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
