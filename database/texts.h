// Queries for strings: keys, names, and documents of the catalog.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/connection.h"

namespace winnow::database {

// The text of a row's column. NULL is an empty string.
std::string cell_of(const Row& row, std::size_t column);

// Puts the text behind the others, unless it stands there already or is empty.
void add_once(std::vector<std::string>& list, std::string_view text);

// Takes the first column of a row. NULL is an empty string.
RowHandler take_text(std::string& text);
RowHandler take_texts(TextList& texts);

// The only cell of a query; empty if it returns no row.
Outcome<std::string> text_of(Connection& connection, const Statement& statement);

// The first column of each row, in the order of the rows.
Outcome<TextList> texts_of(Connection& connection, const Statement& statement);

}  // namespace winnow::database
