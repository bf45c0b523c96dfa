#include "storage/s3/folders.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

namespace winnow::storage::s3 {

std::vector<std::string> roots_of(const std::string& path,
                                  const std::optional<std::string>& tenant) {
  const std::string before = path.empty() ? "" : path + "/";
  const std::string own = tenant ? *tenant + "/" : "";
  return {before + own, before + "/" + own};
}

std::vector<PrefixGroup> grouped(std::vector<ExecutionPrefix> executions, std::size_t most) {
  std::map<std::string, std::vector<ExecutionPrefix>> by_flow;
  for (auto& execution : executions) {
    const std::string& prefix = execution.prefix;
    auto parent = prefix.substr(0, prefix.rfind('/', prefix.size() - 2) + 1);
    by_flow[std::move(parent)].push_back(std::move(execution));
  }
  std::vector<PrefixGroup> groups;
  for (auto& [parent, all] : by_flow) {
    std::ranges::sort(all,
                      [](const auto& one, const auto& other) { return one.prefix < other.prefix; });
    for (std::size_t at = 0; at < all.size(); at += most) {
      const auto end = std::min(all.size(), at + most);
      PrefixGroup group{.parent = parent, .executions = {}};
      std::move(all.begin() + static_cast<std::ptrdiff_t>(at),
                all.begin() + static_cast<std::ptrdiff_t>(end),
                std::back_inserter(group.executions));
      groups.push_back(std::move(group));
    }
  }
  return groups;
}

}  // namespace winnow::storage::s3
