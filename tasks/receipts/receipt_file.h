// The file that receipts are appended to: one process at a time, lines whole or not at all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "outcome/failure.h"
#include "storage/descriptor.h"
#include "tasks/task.h"

namespace winnow::tasks {

// Not thread-safe, but for sync() beside append().
class ReceiptFile {
 public:
  // What a process that was killed, or a full disk, left behind the last whole line.
  struct Torn {
    std::int64_t bytes = 0;
    std::string sha256;
  };

  // Makes the file where there is none. Waits while another run has it, and reports which. Cuts a
  // torn end off. A storage failure for a file that is none of receipts, which is left as it is.
  static Outcome<std::unique_ptr<ReceiptFile>> open(const std::string& path, Context& context);

  const std::string& path() const { return path_; }
  int descriptor() const { return descriptor_.get(); }
  // SHA-256 of the line that was the last when it was opened; kNoRecord where there was none.
  const std::string& last() const { return last_; }
  const std::optional<Torn>& torn() const { return torn_; }
  // Where the last run begins; nothing in a file without one.
  Outcome<std::optional<std::int64_t>> last_run() const;

  // Adds a line, to which this adds the line feed. Where it can't be written whole, the file is as
  // it was before; where not even that can be done, nothing is written any more.
  Outcome<void> append(std::string_view line);
  // Until what was appended is on the disk.
  Outcome<void> sync();

 private:
  ReceiptFile(std::string path, storage::Descriptor opened)
      : path_(std::move(path)), descriptor_(std::move(opened)) {}
  Outcome<void> lock(Context& context);
  Outcome<std::string> holder() const;
  Outcome<void> read_end();
  Outcome<void> cut_torn(std::int64_t whole);

  std::string path_;
  storage::Descriptor descriptor_;  // its end gives the lock up
  std::int64_t size_ = 0;
  bool broken_ = false;
  std::string last_;
  std::optional<Torn> torn_;
};

// How every receipt begins.
inline constexpr std::string_view kReceiptBeginning = "{\"receipt\":\"";

}  // namespace winnow::tasks
