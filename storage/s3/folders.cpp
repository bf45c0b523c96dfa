#include "storage/s3/folders.h"

#include <algorithm>
#include <map>
#include <utility>

namespace winnow::storage::s3 {

std::string root_of(const std::string& path, const std::optional<std::string>& tenant) {
  std::string root = path.empty() ? "" : path + "/";
  if (tenant) root += *tenant + "/";
  return root;
}

std::vector<Neighbours> neighbourhoods(std::span<const ExecutionFolder> folders,
                                       const std::string& path, std::size_t most,
                                       std::vector<Removed>& answers) {
  std::map<std::string, std::vector<Task>> by_flow;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    auto under_root = execution_path(folders[i]);
    if (!under_root) {
      answers[i].failure = std::move(under_root.error());
      continue;
    }
    const std::string whole = root_of(path, folders[i].tenant) + *under_root + "/";
    by_flow[whole.substr(0, whole.rfind('/', whole.size() - 2) + 1)].push_back(
        {.place = i, .prefix = whole});
  }
  std::vector<Neighbours> all;
  for (auto& [parent, tasks] : by_flow) {
    std::sort(tasks.begin(), tasks.end(),
              [](const Task& one, const Task& other) { return one.prefix < other.prefix; });
    for (std::size_t at = 0; at < tasks.size(); at += most) {
      const auto end = std::min(tasks.size(), at + most);
      Neighbours part{.parent = parent, .tasks = {}};
      std::move(tasks.begin() + static_cast<std::ptrdiff_t>(at),
                tasks.begin() + static_cast<std::ptrdiff_t>(end), std::back_inserter(part.tasks));
      all.push_back(std::move(part));
    }
  }
  return all;
}

}  // namespace winnow::storage::s3
