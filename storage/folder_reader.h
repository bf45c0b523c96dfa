// Lists an open folder by the kernel's own call: no second descriptor, no stream, and no
// unnecessary calls. An execution has four folders, so each call counts.
#pragma once

#include <array>
#include <cerrno>
#include <cstddef>
#include <dirent.h>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <sys/syscall.h>

namespace winnow::storage {

struct FolderEntry {
  std::string name;
  unsigned char type = DT_UNKNOWN;  // DT_*; some file systems don't say
};

// One reader per folder at a time: the descriptor holds the reading position.
class FolderReader {
 public:
  // From the first entry on. The folder must stay open.
  explicit FolderReader(int folder) : folder_(folder) { ::lseek(folder, 0, SEEK_SET); }

  enum class Read { entries, end, failed };

  // Replaces `entries` by the next ones, without `.` and `..`. They may be empty before the end.
  Read next(std::vector<FolderEntry>& entries) {
    entries.clear();
    const long read = ::syscall(SYS_getdents64, folder_, buffer_.data(), buffer_.size());
    if (read < 0) {
      error_ = errno;
      return Read::failed;
    }
    if (read == 0) return Read::end;
    const auto length = static_cast<std::size_t>(read);
    had_room_ = length + sizeof(dirent64) <= buffer_.size();
    for (std::size_t at = 0; at < length;) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer_.data() + at);
      at += entry->d_reclen;
      const std::string_view name(static_cast<const char*>(entry->d_name));
      if (name != "." && name != "..") entries.push_back({std::string(name), entry->d_type});
    }
    return Read::entries;
  }

  // Whether the last read had room for another entry. Then most file systems have no more; some
  // (over a network) return fewer than they could.
  bool had_room() const { return had_room_; }
  // The errno of the read that failed.
  int error() const { return error_; }

 private:
  int folder_;
  bool had_room_ = false;
  int error_ = 0;
  alignas(dirent64) std::array<char, std::size_t{16} * 1024> buffer_;
};

}  // namespace winnow::storage
