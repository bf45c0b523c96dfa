// The keys of a whole purge, kept for the second look at its end without growing memory.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "outcome/failure.h"

namespace winnow::tasks {

// Holds keys in a temporary file that has no name (it is gone when the process is), written through
// a small buffer. Not thread-safe. Keys are at most 64 KiB each.
class KeySpool {
 public:
  // Storage failure when the folder for temporary files can't take it. Not after the first take().
  Outcome<void> append(const std::vector<std::string>& keys);

  // The next keys in the order they were appended in, at most `most`; none: all were taken.
  Outcome<std::vector<std::string>> take(std::size_t most);

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
