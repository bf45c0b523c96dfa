#include "tasks/purge/skipped.h"

#include <utility>

namespace winnow::tasks {

void SkippedRows::begin_pass() {
  const std::lock_guard guard(mutex_);
  count_ = 0;
  with_files_ = 0;
  of_families_ = 0;
  named_.clear();
  storage_failure_.reset();
}

void SkippedRows::add_locked(SkippedRow row) {
  ++count_;
  if (named_.size() < kNamed) named_.push_back(std::move(row));
}

void SkippedRows::add(SkippedRow row) {
  const std::lock_guard guard(mutex_);
  add_locked(std::move(row));
}

void SkippedRows::add(SkippedRow row, const Failure& storage_failure) {
  const std::lock_guard guard(mutex_);
  add_locked(std::move(row));
  ++with_files_;
  if (!storage_failure_) storage_failure_ = storage_failure;
}

void SkippedRows::add_more(std::int64_t count) {
  const std::lock_guard guard(mutex_);
  count_ += count;
}

void SkippedRows::add_families(const std::vector<SkippedRow>& first, std::int64_t count) {
  const std::lock_guard guard(mutex_);
  for (const auto& row : first) add_locked(row);
  count_ += count - std::ssize(first);
  of_families_ += count;
}

std::int64_t SkippedRows::count_that_may_go() const {
  const std::lock_guard guard(mutex_);
  return count_ - of_families_;
}

std::int64_t SkippedRows::count() const {
  const std::lock_guard guard(mutex_);
  return count_;
}

std::vector<SkippedRow> SkippedRows::named() const {
  const std::lock_guard guard(mutex_);
  return named_;
}

std::optional<Failure> SkippedRows::storage_failure() const {
  const std::lock_guard guard(mutex_);
  return storage_failure_;
}

std::int64_t SkippedRows::with_files() const {
  const std::lock_guard guard(mutex_);
  return with_files_;
}

Json described(const std::vector<SkippedRow>& rows) {
  Json list = Json::array();
  for (const auto& row : rows) list.push_back({{"key", row.key}, {"reason", row.reason}});
  return list;
}

}  // namespace winnow::tasks
