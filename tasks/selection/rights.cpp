#include "tasks/selection/rights.h"

namespace winnow::tasks {

std::string missing_rights(const database::Table& table, Use use) {
  std::string missing;
  const auto need = [&](bool there, const char* right) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(right);
  };
  need(table.can_select, "SELECT");
  need(table.can_delete, "DELETE");
  need(use == Use::deletes || table.can_lock, "UPDATE (to lock the rows before they go)");
  return missing;
}

void MissingRights::look_at(const database::Table& table, Use use) {
  const auto missing = missing_rights(table, use);
  if (missing.empty()) return;
  text_ += text_.empty() ? "the database user may not delete from table \"" : "; nor from table \"";
  text_ += table.name + "\": grant it " + missing + " on that table";
}

Outcome<void> MissingRights::check() const {
  if (text_.empty()) return {};
  return fail(FailureKind::schema, text_);
}

}  // namespace winnow::tasks
