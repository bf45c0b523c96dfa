// Storage in a folder of this machine: finds each execution's folder from the base path downwards.
#include "storage/local.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <numeric>
#include <optional>
#include <system_error>
#include <tuple>

#include <sys/stat.h>

#include "document/utf8.h"
#include "outcome/guard.h"
#include "storage/folder_reader.h"
#include "storage/path.h"
#include "storage/search.h"
#include "storage/tree.h"

namespace winnow::storage {
namespace {

// The folders from below the base to the last `.../<flow>/executions`, each open.
struct Way {
  std::vector<std::string> names = {};
  std::vector<Descriptor> folders = {};
};

// The executions of one flow in turn, and the flows of one namespace: the way to them is gone once.
std::vector<std::size_t> by_flow(std::span<const ExecutionFolder> folders) {
  std::vector<std::size_t> order(folders.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto flow = [&](std::size_t at) {
    const auto& folder = folders[at];
    return std::tie(folder.tenant, folder.name_space, folder.flow);
  };
  std::ranges::stable_sort(
      order, [&](std::size_t one, std::size_t other) { return flow(one) < flow(other); });
  return order;
}

class LocalStorage final : public Storage {
 public:
  explicit LocalStorage(std::string base_path) : base_path_(std::move(base_path)) {}

  std::vector<Removed> remove(std::span<const ExecutionFolder> folders,
                              const Cancellation& cancellation, Deadline until) override {
    return walk_all(TreeAction::remove, folders, cancellation, until);
  }

  std::vector<Removed> count(std::span<const ExecutionFolder> folders,
                             const Cancellation& cancellation) override {
    return walk_all(TreeAction::count, folders, cancellation, kNoDeadline);
  }

  Outcome<std::string> missing(const std::optional<std::string>& tenant,
                               const Cancellation& /*cancellation*/) override {
    const Descriptor base(::open(base_path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!base.valid()) {
      return fail(file_failure("open the storage's base path", base_path_, errno));
    }
    const std::string folder = "the folder " + document::printable(base_path_);
    if (!tenant || !is_segment(*tenant)) return is_empty(base) ? folder + " is empty" : "";
    const auto found = open_folder(base.get(), *tenant, O_PATH | O_DIRECTORY | O_NOFOLLOW);
    if (found.valid() || errno != ENOENT) return std::string();
    if (is_empty(base)) return folder + " is empty";
    return folder + " holds no folder \"" + document::printable(*tenant) + "\" of the tenant";
  }

  Outcome<void> find(const SearchArea& area, const FolderHandler& handler,
                     const Cancellation& cancellation) override {
    return search_folders(base_path_, area, handler, cancellation);
  }

 private:
  // A folder that can't be read is not known to be empty.
  static bool is_empty(const Descriptor& folder) {
    FolderReader reader(folder.get());
    std::vector<FolderEntry> entries;
    auto read = reader.next(entries);
    while (read == FolderReader::Read::entries && entries.empty()) read = reader.next(entries);
    return read == FolderReader::Read::end;
  }

  std::vector<Removed> walk_all(TreeAction action, std::span<const ExecutionFolder> folders,
                                const Cancellation& cancellation, Deadline until) const {
    std::vector<Removed> results(folders.size());
    // The base path is the operator's own word: it may be a link. Opened anew each time, so that
    // nothing stays open.
    const Descriptor base(::open(base_path_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const int error = base.valid() ? 0 : errno;
    Way way;
    for (const auto at : by_flow(folders)) {
      auto& result = results[at];
      if (cancellation.requested()) {
        result = failed(cancelled_failure());
      } else if (std::chrono::steady_clock::now() >= until) {
        result = {.unfinished = true};
      } else if (!base.valid()) {
        // A base that is not there is no storage without files: its disk may not be mounted.
        result = failed(file_failure("open the storage's base path", base_path_, error));
      } else {
        auto walked = guarded([&]() -> Outcome<Removed> {
          return walk_one(action, base.get(), way, folders[at], cancellation);
        });
        result = walked ? std::move(*walked) : failed(std::move(walked.error()));
      }
    }
    return results;
  }

  Removed walk_one(TreeAction action, int base, Way& way, const ExecutionFolder& folder,
                   const Cancellation& cancellation) const {
    auto path = execution_path(folder);
    if (!path) return failed(std::move(path.error()));
    std::vector<std::string> segments = path_parts(*path);
    if (folder.tenant) segments.insert(segments.begin(), *folder.tenant);
    const std::string name = std::move(segments.back());
    segments.pop_back();

    if (auto missing = open_way(base, segments, way)) return std::move(*missing);
    const int above = way.folders.back().get();
    std::string place = base_place();
    for (const auto& segment : segments) place += "/" + segment;
    place += "/" + name;
    Descriptor opened = open_within(above, name);
    if (!opened.valid()) return not_opened(above, name, place);
    return walk_tree(action, above, name, place, cancellation, {.opened = std::move(opened)});
  }

  // Opens these folders, each inside the one before it, from where the way leaves the last one; or
  // says what there is instead.
  std::optional<Removed> open_way(int base, const std::vector<std::string>& segments,
                                  Way& way) const {
    const auto common = static_cast<std::size_t>(
        std::mismatch(way.names.begin(), way.names.end(), segments.begin(), segments.end()).first -
        way.names.begin());
    way.names.resize(common);
    way.folders.resize(common);
    std::string place = base_place();
    for (std::size_t at = 0; at < segments.size(); ++at) {
      place += "/" + segments[at];
      if (at < common) continue;
      const int above = at == 0 ? base : way.folders.back().get();
      Descriptor next = open_folder(above, segments[at], O_PATH | O_DIRECTORY | O_NOFOLLOW);
      if (!next.valid()) return not_opened(above, segments[at], place);
      way.folders.push_back(std::move(next));
      way.names.push_back(segments[at]);
    }
    return std::nullopt;
  }

  std::string base_place() const {
    return base_path_.ends_with('/') ? base_path_.substr(0, base_path_.size() - 1) : base_path_;
  }

  // Why a folder on the way can't be opened. One that is not there has no files.
  static Removed not_opened(int parent, const std::string& name, const std::string& place) {
    const int error = errno;
    if (error == ENOENT || error == ENAMETOOLONG) return {};
    struct stat status {};
    const bool known = ::fstatat(parent, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    if (known && S_ISLNK(status.st_mode)) {
      return failed({.kind = FailureKind::storage,
                     .message = document::printable(place) +
                                " is a link: winnow follows no link inside the storage; put the "
                                "folder itself there, or set base-path to where it is"});
    }
    return failed(file_failure("open", place, error));
  }

  static Removed failed(Failure failure) { return {.files = 0, .failure = std::move(failure)}; }

  std::string base_path_;
};

tl::unexpected<Failure> refuse(const std::string& base_path, const std::string& why) {
  return fail(FailureKind::configuration,
              "the storage's base path \"" + document::printable(base_path) + "\" " + why);
}

}  // namespace

Outcome<std::unique_ptr<Storage>> open_local(const std::string& base_path) {
  if (base_path.empty()) return refuse(base_path, "is empty: name the folder of Kestra's storage");
  if (base_path.find('\0') != std::string::npos) return refuse(base_path, "holds a NUL character");
  if (base_path.front() != '/') return refuse(base_path, "is relative: give the whole path");
  const Descriptor base(::open(base_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!base.valid()) {
    return refuse(base_path, "can't be used: " + std::generic_category().message(errno));
  }
  struct stat own {};
  struct stat root {};
  if (::fstat(base.get(), &own) != 0 || ::stat("/", &root) != 0) {
    return refuse(base_path, "can't be used: " + std::generic_category().message(errno));
  }
  // Also `//`, `/.`, or a link to it.
  if (own.st_dev == root.st_dev && own.st_ino == root.st_ino) {
    return refuse(base_path, "is the root of the file system: name the folder of Kestra's storage");
  }
  return std::make_unique<LocalStorage>(base_path);
}

}  // namespace winnow::storage
