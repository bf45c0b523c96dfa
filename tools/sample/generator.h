// Makes the sample's executions one by one. Each depends only on the seed and its number, so a test
// can generate the same documents again and compute what a task should do to them.
#pragma once

#include <vector>

#include "document/yaml.h"
#include "storage/storage.h"
#include "tools/sample/facts.h"
#include "tools/sample/options.h"
#include "tools/sample/row.h"

namespace winnow::sample {

struct SampleFile {
  std::string path;       // below the execution's folder
  bool metadata = false;  // has a sidecar
};

struct SampleExecution {
  Facts facts;
  document::Json document;  // of the executions table
  std::vector<Row> rows;    // all rows: the execution first, then its logs, metrics and dependents
  std::vector<SampleFile> files;

  storage::ExecutionFolder folder() const;
};

class Generator {
 public:
  explicit Generator(SampleOptions options) : options_(std::move(options)) {}

  const SampleOptions& options() const { return options_; }
  // 0 up to options().executions - 1, in any order, from any thread.
  SampleExecution execution(std::int64_t index) const;
  // Rows that belong to no execution: trigger logs (one per 50 executions), triggers, limits.
  std::vector<Row> other_rows() const;

 private:
  std::vector<SampleFile> files_of(std::int64_t index, const Facts& facts, Random& random) const;

  SampleOptions options_;
};

}  // namespace winnow::sample
