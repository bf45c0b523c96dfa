#include "tasks/receipts/open_receipts.h"

#include <algorithm>

#include "outcome/try.h"
#include "tasks/receipts/digest.h"

namespace winnow::tasks {
namespace {

tl::unexpected<Failure> wrong(std::string reason) {
  return fail(FailureKind::storage, std::move(reason));
}

std::string named(std::int64_t sequence, const std::string& run) {
  return "batch " + std::to_string(sequence) + " of run " + run;
}

}  // namespace

std::string text_in(const Json& record, const char* name) {
  const auto found = record.find(name);
  return found != record.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_in(const Json& record, const char* name) {
  const auto found = record.find(name);
  return found != record.end() && found->is_number_integer() ? found->get<std::int64_t>() : 0;
}

Outcome<std::optional<EndedBatch>> OpenReceipts::read(const Json& record, std::int64_t line) {
  const auto kind = text_in(record, "receipt");
  const auto run = text_in(record, "run");
  if (kind == "begin") {
    begin_ = record;
    run_ended_ = false;
    sequence_ = 0;
    return std::nullopt;
  }
  if (kind == "torn") return std::nullopt;
  if (kind == "settled") {
    const auto outcome = text_in(record, "outcome");
    return end(record, outcome == "committed"    ? BatchEnd::committed
                       : outcome == "rolledBack" ? BatchEnd::rolled_back
                                                 : BatchEnd::in_doubt);
  }
  if (!begin_.is_object() || run != text_in(begin_, "run")) {
    return wrong("the record is of run " + run + ", which does not begin before it");
  }
  if (run_ended_) return wrong("the record comes after the end of its run " + run);
  if (kind == "batch") {
    WINNOW_CHECK(add(record, line));
    return std::nullopt;
  }
  if (kind == "committed") return end(record, BatchEnd::committed);
  if (kind == "rolledBack") return end(record, BatchEnd::rolled_back);
  if (kind != "end") return wrong("\"" + kind + "\" is no kind of receipt");
  if (number_in(record, "batches") != sequence_) {
    return wrong("the run's summary tells of " + std::to_string(number_in(record, "batches")) +
                 " batches, and the file has " + std::to_string(sequence_) + " of it");
  }
  run_ended_ = true;
  return std::nullopt;
}

Outcome<void> OpenReceipts::add(const Json& record, std::int64_t line) {
  BatchReceipt batch{.line = line,
                     .run = text_in(record, "run"),
                     .sequence = number_in(record, "sequence"),
                     .task = text_in(record, "task"),
                     .table = text_in(record, "table"),
                     .rows = number_in(record, "rows"),
                     .first = text_in(record, "first"),
                     .last = text_in(record, "last"),
                     .keys_sha256 = text_in(record, "keysSha256")};
  if (batch.sequence != sequence_ + 1) {
    return wrong(named(batch.sequence, batch.run) + " comes where batch " +
                 std::to_string(sequence_ + 1) + " should");
  }
  sequence_ = batch.sequence;
  batch.dependents_only = record.contains("dependentsOnly");
  batch.transaction = text_in(record, "transaction");
  if (const auto counts = record.find("counts"); counts != record.end() && counts->is_object()) {
    batch.counts = *counts;
  }
  if (const auto keys = record.find("keys"); keys != record.end() && keys->is_array()) {
    for (const auto& key : *keys) {
      if (key.is_string()) batch.keys.push_back(key.get<std::string>());
    }
    const bool fits = static_cast<std::int64_t>(batch.keys.size()) == batch.rows &&
                      std::is_sorted(batch.keys.begin(), batch.keys.end()) &&
                      sha256_of_keys(batch.keys) == batch.keys_sha256;
    if (!fits) return wrong("`keys` are not those of `rows` and `keysSha256`");
  }
  open_.emplace(std::pair{batch.run, batch.sequence}, std::move(batch));
  return {};
}

Outcome<std::optional<EndedBatch>> OpenReceipts::end(const Json& record, BatchEnd end) {
  const auto sequence = number_in(record, "sequence");
  const auto run = record.contains("of") ? text_in(record, "of") : text_in(record, "run");
  const auto found = open_.find({run, sequence});
  if (found == open_.end()) {
    return wrong("the record ends " + named(sequence, run) + ", which is not open");
  }
  EndedBatch ended{.batch = std::move(found->second), .end = end};
  open_.erase(found);
  if (const auto kept = record.find("kept"); kept != record.end()) {
    ended.batch.rows -= static_cast<std::int64_t>(kept->size());
  }
  return ended;
}

std::vector<BatchReceipt> OpenReceipts::open() const {
  std::vector<BatchReceipt> batches;
  for (const auto& [key, batch] : open_) batches.push_back(batch);
  std::sort(batches.begin(), batches.end(),
            [](const auto& one, const auto& other) { return one.line < other.line; });
  return batches;
}

}  // namespace winnow::tasks
