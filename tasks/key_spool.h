// The keys of a whole purge, kept for the second look at its end without growing memory.
#pragma once

#include <cstdio>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "outcome/failure.h"

namespace winnow::tasks {

// Holds keys in a temporary file that has no name (it is gone when the process is), written through
// a small buffer. Not thread-safe. Keys are at most 64 KiB each.
class KeySpool {
 public:
  // Storage failure when the folder for temporary files can't take it.
  Outcome<void> append(const std::vector<std::string>& keys);

  std::int64_t size() const { return size_; }

  // Hands all keys over in their order, at most `chunk` at a time, until the handler fails.
  Outcome<void> read(std::size_t chunk,
                     const std::function<Outcome<void>(std::vector<std::string>)>& handler);

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::int64_t size_ = 0;
};

}  // namespace winnow::tasks
