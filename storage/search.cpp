#include "storage/search.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <vector>

#include <sys/stat.h>

#include "document/utf8.h"
#include "outcome/try.h"
#include "storage/folder_reader.h"
#include "storage/path.h"
#include "storage/tree.h"

namespace winnow::storage {
namespace {

constexpr int kReadFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
constexpr std::size_t kDeepestNamespace = 200;  // a namespace has 150 letters at most

std::string inside(const std::string& folder, const std::string& name) {
  return folder + "/" + name;
}

class Search {
 public:
  Search(const SearchArea& area, const FolderHandler& handler, const Cancellation& cancellation)
      : area_(area), handler_(handler), cancellation_(cancellation) {}

  // `path` is the folder's under the tenant's root, `place` its own for messages.
  Outcome<void> below(const Descriptor& folder, const std::string& path, const std::string& place,
                      std::size_t depth) {
    if (cancellation_.requested()) return fail(cancelled_failure());
    const auto names = folders_in(folder, place);
    if (!names) return pass_over(names.error());
    for (const auto& name : *names) {
      if (name == "executions" && depth > 0) {
        auto seen = enter(folder, name, place, [&](const Descriptor& inner, const auto& at) {
          return executions(inner, inside(path, name), at);
        });
        if (!seen) return seen;
        continue;
      }
      if (is_reserved(name) || depth == kDeepestNamespace) continue;
      const std::string inner_path = path.empty() ? name : inside(path, name);
      auto seen = enter(folder, name, place, [&](const Descriptor& inner, const auto& at) {
        return below(inner, inner_path, at, depth + 1);
      });
      if (!seen) return seen;
    }
    return {};
  }

 private:
  // A folder that was deleted meanwhile, or replaced by a link, is skipped.
  template <class Work>
  Outcome<void> enter(const Descriptor& parent, const std::string& name, const std::string& place,
                      Work&& work) {
    const std::string at = inside(place, name);
    const Descriptor inner = open_folder(parent.get(), name, kReadFolder);
    if (inner.valid()) return work(inner, at);
    if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return {};
    return pass_over(file_failure("open", at, errno));
  }

  // What can't be read keeps nobody from the rest.
  Outcome<void> pass_over(Failure failure) {
    return handler_(FoundFolder{.folder = {}, .failure = std::move(failure)});
  }

  Outcome<void> executions(const Descriptor& folder, const std::string& path,
                           const std::string& place) {
    const auto names = folders_in(folder, place);
    if (!names) return pass_over(names.error());
    for (const auto& name : *names) {
      auto execution = execution_of(inside(path, name));
      if (!execution) continue;
      execution->tenant = area_.tenant;
      FoundFolder found{.folder = std::move(*execution)};
      bool of_others = false;
      const auto counted =
          walk_tree(TreeAction::count, folder.get(), name, inside(place, name), cancellation_,
                    {.newest = &found.newest, .passes_mounts = true, .is_of_others = &of_others});
      if (counted.failure && counted.failure->kind == FailureKind::cancelled) {
        return fail(*counted.failure);
      }
      if (of_others) continue;
      found.files = counted.files;
      found.failure = counted.failure;
      WINNOW_CHECK(handler_(std::move(found)));
    }
    return {};
  }

  static Outcome<std::vector<std::string>> folders_in(const Descriptor& folder,
                                                      const std::string& place) {
    FolderReader reader(folder.get());
    std::vector<FolderEntry> entries;
    std::vector<std::string> names;
    auto read = reader.next(entries);
    for (; read == FolderReader::Read::entries; read = reader.next(entries)) {
      for (auto& entry : entries) {
        if (is_folder(folder.get(), entry)) names.push_back(std::move(entry.name));
      }
    }
    if (read == FolderReader::Read::failed)
      return fail(file_failure("read", place, reader.error()));
    std::sort(names.begin(), names.end());
    return names;
  }

  const SearchArea& area_;
  const FolderHandler& handler_;
  const Cancellation& cancellation_;
};

}  // namespace

Outcome<void> search_folders(const std::string& base_path, const SearchArea& area,
                             const FolderHandler& handler, const Cancellation& cancellation) {
  const auto path = search_path(area);
  if (!path) return fail(path.error());
  auto segments = path_parts(*path);
  const std::size_t depth = segments.size();
  if (area.tenant) segments.insert(segments.begin(), *area.tenant);
  // The base path is the operator's own word: it may be a link.
  Descriptor at(::open(base_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!at.valid()) return fail(file_failure("open the storage's base path", base_path, errno));
  std::string place = base_path;
  for (const auto& segment : segments) {
    place += "/" + segment;
    Descriptor next = open_folder(at.get(), segment, kReadFolder);
    if (!next.valid() && errno == ENOENT) return {};
    if (!next.valid()) return fail(file_failure("open", place, errno));
    at = std::move(next);
  }
  return Search(area, handler, cancellation).below(at, *path, place, depth);
}

}  // namespace winnow::storage
