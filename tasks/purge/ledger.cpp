#include "tasks/purge/ledger.h"

#include <algorithm>

#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;

constexpr std::int64_t kFirstBatch = 100;  // what Kestra takes; grows from there
// Below it a batch's time is that of its round trips: on a far or busy server it would shrink to a
// row at a time and win nothing.
constexpr std::int64_t kLeastBatch = 50;

}  // namespace

void PurgeLedger::add(const std::string& counter, std::int64_t rows) {
  const std::lock_guard guard(mutex_);
  add_to(counters_, counter, rows);
}

void PurgeLedger::doubt(const std::string& counter, std::int64_t rows) {
  const std::lock_guard guard(mutex_);
  add_to(counters_.emplace("inDoubt", Json::object()).first.value(), counter, rows);
}

Outcome<void> PurgeLedger::gone(const std::vector<BatchRow>& rows) {
  std::vector<std::string> keys;
  keys.reserve(rows.size());
  for (const auto& row : rows) keys.push_back(row.key);
  const std::lock_guard guard(mutex_);
  return keys_.append(keys);
}

Outcome<std::vector<std::string>> PurgeLedger::next_gone(std::size_t most) {
  const std::lock_guard guard(mutex_);
  return keys_.take(most);
}

void PurgeLedger::kept(const Failure& failure) {
  const std::lock_guard guard(mutex_);
  if (!kept_) kept_ = failure;
  ++kept_executions_;
}

Json PurgeLedger::counters() const {
  const std::lock_guard guard(mutex_);
  return counters_;
}

std::optional<Failure> PurgeLedger::kept_failure() const {
  const std::lock_guard guard(mutex_);
  return kept_;
}

std::int64_t PurgeLedger::kept_executions() const {
  const std::lock_guard guard(mutex_);
  return kept_executions_;
}

BatchSizer::BatchSizer(std::int64_t most, milliseconds target)
    : most_(most), target_(target), size_(std::min(most, kFirstBatch)) {}

void BatchSizer::learn(std::int64_t rows, std::chrono::steady_clock::duration took) {
  const auto size = size_.load();
  if (rows < size) return;  // a last, short batch says nothing
  const auto spent =
      std::max<std::int64_t>(1, std::chrono::duration_cast<milliseconds>(took).count());
  const std::int64_t fitting = size * target_.count() / spent;
  // Never more than doubled or halved at a time: one slow commit is no trend.
  size_.store(
      std::clamp(std::clamp(fitting, size / 2, size * 2), std::min(most_, kLeastBatch), most_));
}

}  // namespace winnow::tasks
