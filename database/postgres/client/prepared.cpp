#include "database/postgres/client/prepared.h"

#include <string_view>

namespace winnow::database {

PostgresPrepared::Name PostgresPrepared::name_of(const Statement& statement) {
  constexpr std::size_t kMost = 32;
  if (is_over_ || !statement.keeps_plan) return {};
  const auto found = names_.find(statement.sql);
  if (found != names_.end()) return {.text = found->second};
  if (!is_own_session_ || names_.size() == kMost) return {};
  const auto name = "winnow_" + std::to_string(++named_before_);
  return {.text = names_.emplace(statement.sql, name).first->second, .is_new = true};
}

// Something that was prepared is no more (DISCARD ALL), or gives rows of another type since a table
// was altered.
void PostgresPrepared::note(Failure& failure) {
  constexpr std::string_view kUnknown = "26000";
  constexpr std::string_view kOtherType = "0A000";
  if (failure.sqlstate != kUnknown && failure.sqlstate != kOtherType) return;
  is_over_ = true;
  failure.kind = FailureKind::conflict;
  failure.retryable = true;
}

}  // namespace winnow::database
