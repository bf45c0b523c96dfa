#include "tasks/receipts/receipts.h"

#include <algorithm>

#include "document/json_text.h"
#include "document/object.h"
#include "document/sha256.h"
#include "outcome/guard.h"
#include "outcome/try.h"
#include "tasks/receipts/digest.h"

namespace winnow::tasks {
namespace {

// The numbers of a result; what else it has is in the log.
Json numbers_of(const Json& counts) {
  Json numbers = Json::object();
  for (const auto& [name, value] : counts.items()) {
    if (value.is_number_integer() || name == "inDoubt") numbers[name] = value;
  }
  return numbers;
}

}  // namespace

Receipts::Receipts(std::unique_ptr<ReceiptFile> file, const ReceiptSettings& settings, Host& host)
    : file_(std::move(file)),
      settings_(settings),
      host_(host),
      run_(random_name()),
      previous_(file_ ? file_->last() : std::string(kNoRecord)) {}

Outcome<void> Receipts::torn(const ReceiptFile::Torn& torn) {
  return append({{"receipt", "torn"},
                 {"run", run_},
                 {"at", document::to_text(document::now())},
                 {"bytes", torn.bytes},
                 {"sha256", torn.sha256}});
}

Outcome<void> Receipts::settled(const BatchReceipt& batch, BatchEnd end, const std::string& by) {
  return append({{"receipt", "settled"},
                 {"run", run_},
                 {"of", batch.run},
                 {"sequence", batch.sequence},
                 {"outcome", end == BatchEnd::committed     ? "committed"
                             : end == BatchEnd::rolled_back ? "rolledBack"
                                                            : "inDoubt"},
                 {"by", by},
                 {"at", document::to_text(document::now())}});
}

Json Receipts::record_of_run(const char* kind) const {
  Json record{{"receipt", kind},
              {"run", run_},
              {"plan", plan_},
              {"at", document::to_text(document::now())}};
  record.update(facts_);
  return record;
}

Outcome<void> Receipts::begin(Json facts) {
  facts_ = std::move(facts);
  plan_ = facts_.at("parameters").value("expectPlan", Json());
  return append_on_disk(record_of_run("begin"));
}

Outcome<std::int64_t> Receipts::before_commit(RemovedBatch batch) {
  std::sort(batch.keys.begin(), batch.keys.end());
  const auto hash = sha256_of_keys(batch.keys);
  if (hash.empty()) return fail(FailureKind::internal, "OpenSSL makes no SHA-256 here");
  Json record{{"receipt", "batch"}, {"run", run_}, {"plan", plan_}, {"sequence", 0}};
  record["task"] = batch.task;
  if (!rule_.empty()) record["rule"] = rule_;
  record["table"] = batch.table.empty() ? Json() : Json(batch.table);
  record["rows"] = batch.keys.size();
  record["first"] = batch.keys.empty() ? "" : batch.keys.front();
  record["last"] = batch.keys.empty() ? "" : batch.keys.back();
  record["keysSha256"] = hash;
  if (batch.dependents_only) record["dependentsOnly"] = true;
  if (!batch.counts.empty()) record["counts"] = batch.counts;
  if (batch.cutoff) record["cutoff"] = document::to_text(*batch.cutoff);
  if (!batch.transaction.empty()) record["transaction"] = batch.transaction;
  if (settings_.full_keys) record["keys"] = std::move(batch.keys);
  record["at"] = document::to_text(document::now());
  WINNOW_TRY(const auto at, written(std::move(record)));
  if (batch.cutoff) {
    const std::lock_guard lock(mutex_);
    cutoff_ = std::max(cutoff_.value_or(*batch.cutoff), *batch.cutoff);
  }
  if (auto flushed = flush(at.position); !flushed) {
    // The batch is not committed for this: say so, if the file still takes it.
    static_cast<void>(rolled_back(at.sequence));
    return fail(std::move(flushed.error()));
  }
  return at.sequence;
}

Outcome<void> Receipts::committed(std::int64_t sequence, std::vector<std::string> kept) {
  Json record{{"receipt", "committed"}, {"run", run_}, {"sequence", sequence}};
  std::sort(kept.begin(), kept.end());
  if (!kept.empty()) record["kept"] = std::move(kept);
  WINNOW_CHECK(ended(std::move(record), sequence));
  const std::lock_guard lock(mutex_);
  ++committed_;
  return {};
}

Outcome<void> Receipts::rolled_back(std::int64_t sequence) {
  return ended({{"receipt", "rolledBack"}, {"run", run_}, {"sequence", sequence}}, sequence);
}

// The next batch's flush takes it to the disk. Lost, it leaves a batch that the next run settles.
Outcome<void> Receipts::ended(Json record, std::int64_t sequence) {
  {
    const std::lock_guard lock(mutex_);
    if (open_.erase(sequence) == 0) return {};
  }
  auto appended = append(std::move(record));
  if (!appended) {
    const std::lock_guard lock(mutex_);
    open_.insert(sequence);
  }
  return appended;
}

Outcome<void> Receipts::end(const Json& counts, const Failure* failure) {
  auto record = record_of_run("end");
  {
    const std::lock_guard lock(mutex_);
    record["cutoff"] = cutoff_ ? Json(document::to_text(*cutoff_)) : Json();
    record["batches"] = sequence_;
    record["committed"] = committed_;
    if (!open_.empty()) record["inDoubt"] = open_;
  }
  record["counts"] = numbers_of(counts);
  record["ended"] = failure == nullptr ? "done" : failure_code(failure->kind);
  if (failure != nullptr) record["because"] = failure->message;
  return append_on_disk(std::move(record));
}

Json Receipts::summary() const {
  const std::lock_guard lock(mutex_);
  Json summary{{"run", run_}, {"batches", sequence_}, {"head", previous_}};
  if (file_) summary["file"] = file_->path();
  return summary;
}

Outcome<void> Receipts::append(Json record) {
  WINNOW_CHECK(written(std::move(record)));
  return {};
}

Outcome<void> Receipts::append_on_disk(Json record) {
  WINNOW_TRY(const auto at, written(std::move(record)));
  return flush(at.position);
}

// Numbers the batch, chains the record on and writes it.
Outcome<Receipts::Written> Receipts::written(Json record) {
  const std::lock_guard lock(mutex_);
  const bool is_batch = document::is_text(record["receipt"], "batch");
  const auto sequence = sequence_ + 1;
  if (is_batch) record["sequence"] = sequence;
  record["previous"] = previous_;
  const auto line = document::json_line(record);
  if (file_) WINNOW_CHECK(file_->append(line));
  previous_ = document::sha256(line);
  ++position_;
  if (is_batch) {
    sequence_ = sequence;
    open_.insert(sequence);
  }
  if (settings_.events) host_.event({{"event", "receipt"}, {"line", line}});
  return Written{.sequence = sequence, .position = position_};
}

// One flush serves all who wait for it. After one that failed, the kernel may report nothing more
// of what is lost: none is believed any more.
Outcome<void> Receipts::flush(std::int64_t position) {
  if (!file_) return {};
  const std::lock_guard lock(flushing_);
  if (not_flushed_) return fail(*not_flushed_);
  if (flushed_ >= position) return {};
  std::int64_t reached = 0;
  {
    const std::lock_guard written(mutex_);
    reached = position_;
  }
  if (auto synced = file_->sync(); !synced) {
    not_flushed_ = synced.error();
    return synced;
  }
  flushed_ = reached;
  return {};
}

Outcome<void> take_back(Receipts* receipts, const ReceiptNumber& number) {
  return number ? receipts->rolled_back(*number) : Outcome<void>{};
}

}  // namespace winnow::tasks
