#include "tasks/selection/match.h"

namespace winnow::tasks {

bool has_columns_of(const database::Table& table, const Match& match) {
  const bool by_document = match.kind == Match::Kind::document;
  if (table.column(by_document ? "value" : match.column) == nullptr) return false;
  if (match.only_column.empty()) return true;
  // Kestra 2.0 has numbers where earlier versions have the names of message types.
  const auto* only = table.column(match.only_column);
  return only != nullptr && only->type != database::ColumnType::integer;
}

std::string parent_key(const database::Dialect& dialect, const Match& match) {
  if (match.kind != Match::Kind::document) return "t." + dialect.quoted(match.column);
  return dialect.document_text("t." + dialect.quoted("value"), match.document);
}

}  // namespace winnow::tasks
