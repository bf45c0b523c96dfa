// A file descriptor, and the stream of a folder's names, that close themselves.
#pragma once

#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>
#include <utility>

namespace winnow::storage {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~Descriptor() { close(); }

  bool valid() const { return number_ >= 0; }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_ = -1;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using FolderStream = std::unique_ptr<DIR, CloseFolder>;

// The names in an open folder, which stays open, from the first on. nullptr, with errno, where they
// can't be had.
inline FolderStream names_in(const Descriptor& folder) {
  Descriptor copy(::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0));
  FolderStream stream(copy.valid() ? ::fdopendir(copy.get()) : nullptr);
  if (!stream) return stream;
  copy.release();  // the stream's
  ::rewinddir(stream.get());
  return stream;
}

}  // namespace winnow::storage
