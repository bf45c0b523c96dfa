// The file to which receipts are appended: by one process at a time, in complete lines only.
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

// Not thread-safe, except that sync() may run beside append().
class ReceiptFile {
 public:
  // The incomplete end that a killed process, or a full disk, left after the last complete line.
  struct Torn {
    std::int64_t bytes = 0;
    std::string sha256;
  };

  // Creates the file if necessary. Waits while another run has it, and reports which. Cuts off an
  // incomplete end. A storage failure if it is not a file of receipts, which is left unchanged.
  static Outcome<std::unique_ptr<ReceiptFile>> open(const std::string& path, Context& context);

  const std::string& path() const { return path_; }
  int descriptor() const { return descriptor_.get(); }
  // SHA-256 of the last line when the file was opened; kNoRecord if there was none.
  const std::string& last() const { return last_; }
  const std::optional<Torn>& torn() const { return torn_; }
  // The position of the last run; nothing in a file without one.
  Outcome<std::optional<std::int64_t>> last_run() const;

  // Appends a line and a line feed. If the line can't be written completely, the file is restored;
  // if even that fails, nothing more is written.
  Outcome<void> append(std::string_view line);
  // Waits until everything appended is on the disk.
  Outcome<void> sync();

 private:
  ReceiptFile(std::string path, storage::Descriptor opened)
      : path_(std::move(path)), descriptor_(std::move(opened)) {}
  Outcome<void> lock(Context& context);
  Outcome<std::string> holder() const;
  Outcome<void> read_end();
  Outcome<void> cut_torn(std::int64_t whole);

  std::string path_;
  storage::Descriptor descriptor_;  // closing it releases the lock
  std::int64_t size_ = 0;
  bool broken_ = false;
  std::string last_;
  std::optional<Torn> torn_;
};

// The beginning of every receipt.
inline constexpr std::string_view kReceiptBeginning = "{\"receipt\":\"";

}  // namespace winnow::tasks
