// The outcome of batches according to a file's records: committed, rolled back or unknown.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::tasks {

using document::Json;

// A batch as described by its record.
struct BatchReceipt {
  std::int64_t line = 0;
  std::string run;
  std::int64_t sequence = 0;
  std::string task;
  // Empty: folders of the storage.
  std::string table;
  std::int64_t rows = 0;
  std::string first;
  std::string last;
  // Empty if the record does not list its keys.
  std::vector<std::string> keys = {};
  std::string keys_sha256;
  // The rows of these keys stay, or were deleted before: only what belongs to them is deleted.
  bool dependents_only = false;
  // Database::transaction_name(); or empty.
  std::string transaction = {};
  Json counts = Json::object();
};

enum class BatchEnd { committed, rolled_back, in_doubt };

struct EndedBatch {
  BatchReceipt batch;
  BatchEnd end;
};

// Reads the records of a file, from the first or from the first of a run.
// NOLINTNEXTLINE(bugprone-exception-escape): clang-tidy takes Json's move for one that throws
class OpenReceipts {
 public:
  // The batch that this record ends, if it ends one. A storage failure, without the place, if the
  // record matches no earlier one.
  Outcome<std::optional<EndedBatch>> read(const Json& record, std::int64_t line);

  // Batches without an outcome, in the order of their records.
  std::vector<BatchReceipt> open() const;
  // The last record of that kind.
  const Json& begin() const { return begin_; }
  bool run_ended() const { return run_ended_; }

 private:
  Outcome<void> add(const Json& record, std::int64_t line);
  Outcome<std::optional<EndedBatch>> end(const Json& record, BatchEnd end);

  // By the line of the batch.
  std::map<std::pair<std::string, std::int64_t>, BatchReceipt> open_;
  Json begin_;
  bool run_ended_ = false;
  std::int64_t sequence_ = 0;
};

// A member of a record; an empty value if it is missing or has another type.
std::string text_in(const Json& record, const char* name);
std::int64_t number_in(const Json& record, const char* name);

}  // namespace winnow::tasks
