// Keeps the keys of a whole purge for the sweep of late rows at its end, without growing memory.
#pragma once

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "outcome/failure.h"

namespace winnow::tasks {

// Holds keys in a temporary file without a name (it disappears with the process), written through a
// small buffer. Not thread-safe.
class KeySpool {
 public:
  // Creates the file, so that a failure shows before the first deletion.
  Outcome<void> open();
  // Storage failure if the folder for temporary files can't hold it, or for a key of 64 KiB or
  // more. After the first take() do not call it until all keys were taken.
  Outcome<void> append(const std::vector<std::string>& keys);

  // The next keys in the order of append(), at most `most`; empty: all were taken.
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
