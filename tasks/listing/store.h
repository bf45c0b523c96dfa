// The file that STORE writes: one row per line. It stays only if it is complete.
#pragma once

#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::tasks {

// Removes its file when it is destroyed before finish() succeeded. Failures are `storage` and name
// the file.
class StoreFile {
 public:
  // A new file with a random name, for this user alone (0600), in a folder that exists.
  static Outcome<StoreFile> create(const std::string& directory, const std::string& task);
  StoreFile(StoreFile&& other) noexcept;
  StoreFile& operator=(StoreFile&&) = delete;
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;
  ~StoreFile();

  Outcome<void> write_line(std::string_view line);
  // Flushes everything to the disk and closes; the file stays. Returns its file:// URI.
  Outcome<std::string> finish();

 private:
  StoreFile(std::string path, int descriptor);
  Outcome<void> flush();
  tl::unexpected<Failure> failure(const std::string& doing, int error) const;

  std::string path_;
  int descriptor_ = -1;
  bool complete_ = false;
  std::string buffer_;
};

// `file:///tmp/a%20b.jsonl` of an absolute path.
std::string file_uri(std::string_view path);

}  // namespace winnow::tasks
