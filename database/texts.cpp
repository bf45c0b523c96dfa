#include "database/texts.h"

#include "outcome/try.h"

namespace winnow::database {

RowHandler take_text(std::string& text) {
  return [&text](const Row& row) {
    text = row.text(0).value_or("");
    return true;
  };
}

RowHandler take_texts(TextList& texts) {
  return [&texts](const Row& row) {
    texts.emplace_back(row.text(0).value_or(""));
    return true;
  };
}

Outcome<std::string> text_of(Connection& connection, const Statement& statement) {
  std::string text;
  WINNOW_CHECK(connection.query(statement, take_text(text)));
  return text;
}

Outcome<TextList> texts_of(Connection& connection, const Statement& statement) {
  TextList texts;
  WINNOW_CHECK(connection.query(statement, take_texts(texts)));
  return texts;
}

}  // namespace winnow::database
