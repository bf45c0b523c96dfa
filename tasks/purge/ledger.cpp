#include "tasks/purge/ledger.h"

#include "tasks/shared/counters.h"

namespace winnow::tasks {

std::map<std::string, std::int64_t> by_namespace(const std::vector<BatchRow>& rows) {
  std::map<std::string, std::int64_t> counts;
  for (const auto& row : rows) {
    if (row.of) ++counts[row.of->name_space];
  }
  return counts;
}

void PurgeLedger::add(const std::string& counter, std::int64_t rows) {
  const std::lock_guard guard(mutex_);
  add_to(counters_, counter, rows);
}

void PurgeLedger::doubt(const std::string& counter, std::int64_t rows) {
  const std::lock_guard guard(mutex_);
  add_to(counters_.emplace("inDoubt", Json::object()).first.value(), counter, rows);
}

void PurgeLedger::uncount(const CommittedBatch& batch) {
  const std::lock_guard guard(mutex_);
  for (const auto& [counter, rows] : batch.counts) add_to(counters_, counter, -rows);
  for (const auto& [name, rows] : batch.namespaces) namespaces_[name] -= rows;
  std::erase_if(namespaces_, [](const auto& counted) { return counted.second == 0; });
  add_to(counters_, "batches", -1);
}

Outcome<void> PurgeLedger::open_keys() {
  const std::lock_guard guard(mutex_);
  return keys_.open();
}

Outcome<void> PurgeLedger::deleted(const std::vector<BatchRow>& rows) {
  const auto keys = keys_of(rows);
  const std::lock_guard guard(mutex_);
  return keys_.append(keys);
}

Outcome<DeletedKeys> PurgeLedger::next_deleted(std::size_t most, std::int64_t parts) {
  const std::lock_guard guard(mutex_);
  auto& share = latest_.share;
  if (++share.part < share.parts) return latest_;
  WINNOW_TRY(auto keys, keys_.take(most));
  const bool none = keys.empty();
  latest_ = {.keys = std::make_shared<const database::TextList>(std::move(keys)),
             .share = {.part = 0, .parts = none ? 1 : parts},
             .sweep = std::make_shared<SweepOnce>()};
  return latest_;
}

bool PurgeLedger::has_more_deleted() const {
  const std::lock_guard guard(mutex_);
  return !keys_.empty() || latest_.share.part + 1 < latest_.share.parts;
}

void PurgeLedger::count_namespaces(const std::map<std::string, std::int64_t>& rows) {
  const std::lock_guard guard(mutex_);
  for (const auto& [name, number] : rows) namespaces_[name] += number;
}

Json PurgeLedger::namespaces() const {
  const std::lock_guard guard(mutex_);
  Json counts = Json::object();
  for (const auto& [name, rows] : namespaces_) counts[name] = rows;
  return counts;
}

Json PurgeLedger::counters() const {
  const std::lock_guard guard(mutex_);
  return counters_;
}

bool Stall::is_over() const {
  const auto lasted = wait_.lasted();
  return lasted && *lasted >= longest_;
}

}  // namespace winnow::tasks
