#include "tasks/selection/rights.h"

namespace winnow::tasks {
namespace {

Outcome<void> check(const database::Table& table, bool locks) {
  std::string missing;
  const auto need = [&](bool there, const char* right) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(right);
  };
  need(table.can_select, "SELECT");
  need(table.can_delete, "DELETE");
  need(!locks || table.can_lock, "UPDATE (to lock the rows before they go)");
  if (missing.empty()) return {};
  return fail(FailureKind::schema, "the database user may not delete from table \"" + table.name +
                                       "\": grant it " + missing + " on that table");
}

}  // namespace

Outcome<void> check_may_delete(const database::Table& table) {
  return check(table, false);
}

Outcome<void> check_may_lock_and_delete(const database::Table& table) {
  return check(table, true);
}

}  // namespace winnow::tasks
