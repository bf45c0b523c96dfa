#include "database/texts.h"

#include "outcome/try.h"

namespace winnow::database {

std::string cell_of(const Row& row, std::size_t column) {
  return std::string(row.text(column).value_or(""));
}

RowHandler take_text(std::string& text) {
  return [&text](const Row& row) {
    text = cell_of(row, 0);
    return true;
  };
}

RowHandler take_texts(TextList& texts) {
  return [&texts](const Row& row) {
    texts.push_back(cell_of(row, 0));
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
