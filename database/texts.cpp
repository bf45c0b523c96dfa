#include "database/texts.h"

#include <algorithm>

#include "outcome/try.h"

namespace winnow::database {

std::string cell_of(const Row& row, std::size_t column) {
  return std::string(row.text(column).value_or(""));
}

void add_once(std::vector<std::string>& list, std::string_view text) {
  const bool is_there = std::find(list.begin(), list.end(), text) != list.end();
  if (!text.empty() && !is_there) list.emplace_back(text);
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
