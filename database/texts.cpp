#include "database/texts.h"

#include "outcome/try.h"

namespace winnow::database {

Outcome<TextList> texts_of(Connection& connection, const Statement& statement) {
  TextList texts;
  WINNOW_CHECK(connection.query(statement, [&texts](const Row& row) {
    texts.emplace_back(row.text(0).value_or(""));
    return true;
  }));
  return texts;
}

}  // namespace winnow::database
