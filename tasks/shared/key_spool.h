// The keys of a whole purge, kept for the sweep of late rows at its end without growing memory.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "outcome/failure.h"

namespace winnow::tasks {

// Holds keys in a temporary file that has no name (it is gone when the process is), written through
// a small buffer. Not thread-safe.
class KeySpool {
 public:
  // Makes the file, as append() would: so it is known before the first row goes that there is one.
  Outcome<void> open();
  // Storage failure when the folder for temporary files can't take it, or for a key of 64 KiB and
  // more. Not to be called after the first take() until all keys were taken.
  Outcome<void> append(const std::vector<std::string>& keys);

  // The next keys in the order they were appended in, at most `most`; empty: all were taken.
  Outcome<std::vector<std::string>> take(std::size_t most);
  // Whether all were taken.
  bool empty() const { return taken_ == appended_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const {
      std::fclose(file);  // NOLINT(cppcoreguidelines-owning-memory): a unique_ptr's deleter
    }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::int64_t appended_ = 0;
  std::int64_t taken_ = 0;
};

}  // namespace winnow::tasks
