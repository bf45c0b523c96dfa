#include "database/sqlite/file_lock.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>

namespace winnow::database {
namespace {

tl::unexpected<Failure> unusable(const std::string& path) {
  return fail(
      FailureKind::configuration,
      "`exclusive` needs the file " + path +
          " beside the database, and it can't be opened: " + std::generic_category().message(errno),
      "/exclusive");
}

std::string content_of(int descriptor) {
  std::array<char, 24> content{};
  const auto length = ::pread(descriptor, content.data(), content.size(), 0);
  return {content.data(), static_cast<std::size_t>(length > 0 ? length : 0)};
}

}  // namespace

Outcome<std::unique_ptr<SqliteFileLock>> SqliteFileLock::take(const std::string& database,
                                                              const std::string& name,
                                                              SessionLock& holder) {
  if (database.empty()) return std::unique_ptr<SqliteFileLock>(new SqliteFileLock({}, -1));
  const auto path = database + "-winnow-" + name + ".lock";
  while (true) {
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (descriptor < 0) return unusable(path);
    auto lock = std::unique_ptr<SqliteFileLock>(new SqliteFileLock(path, descriptor));
    if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return unusable(path);
      holder.session = content_of(descriptor);
      holder.holder = "process " + holder.session + ", which holds " + path;
      lock->path_.clear();  // not its file to remove
      return nullptr;
    }
    // Its last holder may have removed it since it was opened.
    if (!lock->is_in_place()) {
      lock->path_.clear();
      continue;
    }
    const auto process = std::to_string(::getpid());
    const bool noted = ::ftruncate(descriptor, 0) == 0 &&
                       ::pwrite(descriptor, process.data(), process.size(), 0) > 0;
    if (!noted) return unusable(path);
    return lock;
  }
}

bool SqliteFileLock::is_in_place() const {
  struct stat opened {};
  struct stat named {};
  return ::fstat(descriptor_, &opened) == 0 && ::stat(path_.c_str(), &named) == 0 &&
         opened.st_ino == named.st_ino && opened.st_dev == named.st_dev;
}

// The name goes first: who opens the file afterwards sees that it is not in place.
SqliteFileLock::~SqliteFileLock() {
  if (!path_.empty()) ::unlink(path_.c_str());
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace winnow::database
