// The operator's settings for receipts (`receipts` of the configuration, docs/receipts.md).
#pragma once

#include <string>

namespace winnow::tasks {

struct ReceiptSettings {
  // An absolute path; empty: no file.
  std::string file = {};
  // Each record is also an event of the run, {"event": "receipt", "line": ...}, which the host gets
  // before the batch is committed.
  bool events = false;
  // A record lists all keys of its batch.
  bool full_keys = false;
};

}  // namespace winnow::tasks
