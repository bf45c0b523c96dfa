// The walk below one execution's folder. Each step is relative to an open folder (openat,
// unlinkat), so that exchanging a folder for a link meanwhile leads nowhere.
#include "storage/tree.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/syscall.h>

#include "document/utf8.h"
#include "outcome/guard.h"
#include "storage/path.h"

namespace winnow::storage {
namespace {

constexpr std::string_view kSidecar = ".metadata";
// Folders above this depth stay open while the walk is below them; deeper ones are opened again by
// name, so that a deep tree does not use up the process's descriptors.
constexpr std::size_t kKeptOpen = 64;
// Kestra makes files by their whole path, which Linux bounds to 4,096 bytes.
constexpr std::size_t kDeepest = 4096;
// A folder that somebody fills meanwhile is read again so many times.
constexpr int kPasses = 16;

struct Level {
  std::string name;
  Descriptor folder;
  std::vector<std::string> folders;  // below it, still to be visited
  int passes = 0;
};

class Walk {
 public:
  Walk(TreeAction action, int parent, std::string place, const Cancellation& cancellation,
       const WalkOptions& options)
      : action_(action),
        parent_(parent),
        place_(std::move(place)),
        cancellation_(cancellation),
        newest_(options.newest),
        passes_mounts_(options.passes_mounts),
        is_of_others_(options.is_of_others) {}

  // Where memory runs out on the way, the files deleted by then are reported.
  Removed run(const std::string& name, Descriptor opened) {
    auto walked = guarded([&]() -> Outcome<void> {
      if (opened.valid()) {
        begin(name, std::move(opened));
      } else {
        enter(name);
      }
      while (!levels_.empty() && !result_.failure) step();
      return {};
    });
    if (!walked) result_.failure = std::move(walked.error());
    return std::move(result_);
  }

 private:
  void step() {
    Level& level = levels_.back();
    if (level.folders.empty()) return leave();
    const std::string name = std::move(level.folders.back());
    level.folders.pop_back();
    enter(name);
  }

  // Opens a folder of the last level, and reads it.
  void enter(const std::string& name) {
    if (levels_.size() >= kDeepest) {
      result_.failure = Failure{.kind = FailureKind::storage,
                                .message = "folders are nested too deep: " + path_of(name)};
      return;
    }
    if (!reopen(levels_.size())) return;
    Descriptor folder = open_within(descriptor_of(levels_.size()), name);
    if (!folder.valid()) {
      // Gone, or exchanged for a link or a file: then it is met again when its folder doesn't get
      // empty.
      const bool changed = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
      const bool passed = passes_mounts_ && errno == EXDEV;
      if (!changed && !passed) report("open", errno, name);
      return;
    }
    if (levels_.size() > kKeptOpen) levels_.back().folder.close();
    begin(name, std::move(folder));
  }

  // Reads a folder of the last level, which becomes the last one.
  void begin(const std::string& name, Descriptor folder) {
    levels_.push_back({.name = name, .folder = std::move(folder), .folders = {}});
    const auto depth = levels_.size() - 1;
    if (is_of_others_ != nullptr && depth > 0 && is_of_others(levels_[1].name, name, depth)) {
      *is_of_others_ = true;
    }
    struct stat status {};
    if (newest_ != nullptr && ::fstat(levels_.back().folder.get(), &status) == 0) date(status);
    read();
  }

  // Reads the last level: files go (or are counted), folders are kept for later.
  void read() {
    FolderReader reader(levels_.back().folder.get());
    std::vector<FolderEntry> entries;
    std::vector<FolderEntry> more;
    auto state = reader.next(entries);
    // Where a folder holds folders alone, its own deletion finds out whether that was all.
    if (state == FolderReader::Read::entries && is_read_once(reader, entries))
      return visit(entries);
    bool whole = true;  // all entries are known before the first file goes
    while (state == FolderReader::Read::entries) {
      state = reader.next(more);
      whole = whole && state == FolderReader::Read::end;
      visit(entries, whole);
      if (result_.failure) return;
      entries.swap(more);
    }
    if (state == FolderReader::Read::failed) report("read", reader.error());
  }

  bool is_read_once(const FolderReader& reader, const std::vector<FolderEntry>& entries) const {
    return action_ == TreeAction::remove && levels_.back().passes == 0 && reader.had_room() &&
           !entries.empty() &&
           std::ranges::all_of(entries, [](const auto& entry) { return entry.type == DT_DIR; });
  }

  // `whole`: these are all entries of the last level.
  void visit(const std::vector<FolderEntry>& entries, bool whole = false) {
    for (const auto& entry : entries) {
      if (cancellation_.requested()) result_.failure = cancelled_failure();
      if (result_.failure) return;
      visit(entry, !whole || has_sidecar(entries, entry.name));
    }
  }

  static bool has_sidecar(const std::vector<FolderEntry>& entries, const std::string& name) {
    return std::ranges::any_of(entries, [&](const auto& entry) {
      return entry.name.size() == name.size() + kSidecar.size() && entry.name.starts_with(name) &&
             entry.name.ends_with(kSidecar);
    });
  }

  void visit(const FolderEntry& entry, bool may_have_sidecar) {
    const auto& name = entry.name;
    struct stat status {};
    if (newest_ != nullptr && look_at(name, status)) date(status);
    if (is_folder(levels_.back().folder.get(), entry)) {
      levels_.back().folders.push_back(name);
      return;
    }
    if (is_sidecar(name)) return;  // goes with its file
    if (action_ == TreeAction::count || remove_with_sidecars(name, may_have_sidecar)) {
      ++result_.files;
    }
  }

  void date(const struct stat& status) const {
    const auto changed = std::chrono::seconds(status.st_mtim.tv_sec) +
                         std::chrono::nanoseconds(status.st_mtim.tv_nsec);
    *newest_ = std::max(*newest_,
                        document::Instant(std::chrono::floor<std::chrono::microseconds>(changed)));
  }

  // Kestra's storage-local keeps `<file>.metadata` beside a file.
  bool is_sidecar(const std::string& name) const {
    if (!name.ends_with(kSidecar) || name.size() == kSidecar.size()) return false;
    struct stat status {};
    return look_at(name.substr(0, name.size() - kSidecar.size()), status) &&
           !S_ISDIR(status.st_mode);
  }

  bool look_at(const std::string& name, struct stat& status) const {
    const int folder = levels_.back().folder.get();
    return ::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  }

  // The sidecars first: one that outlived its file would be taken for a file by the next run.
  bool remove_with_sidecars(const std::string& name, bool may_have_sidecar) {
    std::string sidecar = name;
    do {
      sidecar += kSidecar;
    } while (may_have_sidecar && remove_file(sidecar));
    return !result_.failure && remove_file(name);
  }

  bool remove_file(const std::string& name) {
    if (::unlinkat(levels_.back().folder.get(), name.c_str(), 0) == 0) return true;
    const int error = errno;
    struct stat status {};
    // A folder of a sidecar's name is no sidecar, and a name that is too long can't exist. A file
    // system that is read-only says so before it looks whether there is such a file.
    const bool no_file = error == ENOENT || error == ENAMETOOLONG || error == EISDIR;
    if (!no_file && look_at(name, status)) report("remove", error, name);
    return false;
  }

  // The last level is done with: its folder goes.
  void leave() {
    if (action_ == TreeAction::remove && !remove_folder()) return;
    levels_.pop_back();
  }

  // False when the folder has to be read again, or can't be removed.
  bool remove_folder() {
    const std::size_t depth = levels_.size() - 1;
    if (!reopen(depth)) return false;
    Level& level = levels_.back();
    if (::unlinkat(descriptor_of(depth), level.name.c_str(), AT_REMOVEDIR) == 0) return true;
    if (errno == ENOENT) return true;
    const bool filled = errno == ENOTEMPTY || errno == EEXIST;
    if (!filled || ++level.passes == kPasses) {
      report("remove", errno);
    } else if (reopen(levels_.size())) {
      read();
    }
    return false;
  }

  // The descriptor that holds what is `depth` levels below the parent.
  int descriptor_of(std::size_t depth) const {
    return depth == 0 ? parent_ : levels_[depth - 1].folder.get();
  }

  // Opens the folder at `depth` again, from the nearest open one above it.
  bool reopen(std::size_t depth) {
    std::size_t from = depth;
    while (from > 0 && !levels_[from - 1].folder.valid()) --from;
    for (std::size_t at = from; at < depth; ++at) {
      Descriptor next = open_within(descriptor_of(at), levels_[at].name);
      if (!next.valid()) {
        report("open", errno);
        return false;
      }
      if (at > kKeptOpen) levels_[at - 1].folder.close();
      levels_[at].folder = std::move(next);
    }
    return true;
  }

  // Path of the last level, or of a file in it.
  std::string path_of(const std::string& name = {}) const {
    std::string path = place_;
    for (std::size_t at = 1; at < levels_.size(); ++at) path += "/" + levels_[at].name;
    // The root's own name is the end of `place_`.
    return name.empty() || levels_.empty() ? path : path + "/" + name;
  }

  // `name` is in the last level; empty stands for the level itself.
  void report(const char* verb, int error, const std::string& name = {}) {
    if (!result_.failure) result_.failure = file_failure(verb, path_of(name), error);
  }

  TreeAction action_;
  int parent_;
  std::string place_;
  const Cancellation& cancellation_;
  document::Instant* newest_;  // nullptr: not wanted
  bool passes_mounts_;
  bool* is_of_others_;  // nullptr: not wanted
  std::vector<Level> levels_;
  Removed result_;
};

// The number of the mount on which an open folder lies, as the kernel tells it in /proc (Linux
// 3.15); empty where that can't be read.
std::string mount_of(int folder) {
  constexpr std::string_view kMount = "mnt_id:";
  const std::string path = "/proc/self/fdinfo/" + std::to_string(folder);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 512> text{};
  const auto size = file.valid() ? ::read(file.get(), text.data(), text.size()) : -1;
  if (size <= 0) return {};
  const std::string_view told(text.data(), static_cast<std::size_t>(size));
  const auto begin = told.find(kMount);
  if (begin == std::string_view::npos) return {};
  const auto number = told.substr(begin + kMount.size());
  return std::string(number.substr(0, number.find('\n')));
}

// Without /proc the file system has to do, which a bind mount of the same one does not change.
bool are_on_one_mount(int one, int other) {
  const auto mount = mount_of(one);
  if (!mount.empty()) return mount_of(other) == mount;
  struct stat first {};
  struct stat second {};
  return ::fstat(one, &first) == 0 && ::fstat(other, &second) == 0 && first.st_dev == second.st_dev;
}

}  // namespace

Descriptor open_folder(int parent, const std::string& name, int flags) {
  return Descriptor(::openat(parent, name.c_str(), flags | O_CLOEXEC));
}

Descriptor open_within(int parent, const std::string& name) {
  constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  // struct open_how and RESOLVE_NO_XDEV of Linux 5.6; the C library of the release knows neither.
  struct {
    std::uint64_t flags;
    std::uint64_t mode;
    std::uint64_t resolve;
  } how{kFlags, 0, 0x01};
  constexpr long kOpenat2 = 437;  // on every processor
  const long opened = ::syscall(kOpenat2, parent, name.c_str(), &how, sizeof how);
  if (opened >= 0) return Descriptor(static_cast<int>(opened));
  const bool unknown = errno == ENOSYS || errno == EPERM;  // an older kernel, a container's filter
  if (!unknown) return Descriptor(-1);
  Descriptor folder = open_folder(parent, name, kFlags);
  if (!folder.valid() || are_on_one_mount(parent, folder.get())) return folder;
  folder.close();
  errno = EXDEV;
  return folder;
}

bool is_folder(int parent, const FolderEntry& entry) {
  if (entry.type != DT_UNKNOWN) return entry.type == DT_DIR;
  struct stat status {};
  return ::fstatat(parent, entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

Failure file_failure(const char* verb, const std::string& place, int error) {
  if (error == EXDEV) {
    return Failure{
        .kind = FailureKind::storage,
        .message = document::printable(place) +
                   " is a mount point: what is mounted on it is no file of an execution, "
                   "and stays; unmount it"};
  }
  return Failure{.kind = FailureKind::storage,
                 .message = std::string("can't ") + verb + " " + document::printable(place) + ": " +
                            std::generic_category().message(error)};
}

Removed walk_tree(TreeAction action, int parent, const std::string& name, const std::string& place,
                  const Cancellation& cancellation, WalkOptions options) {
  return Walk(action, parent, place, cancellation, options).run(name, std::move(options.opened));
}

}  // namespace winnow::storage
