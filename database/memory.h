// What this process has learned about its databases, for the next call: Kestra opens an instance of
// the library for each run, and whatever that instance remembers is lost with it.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

namespace winnow::database {

// Thread-safe.
template <class Value>
class Memory {
 public:
  std::optional<Value> find(const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto found = values_.find(key);
    return found == values_.end() ? std::nullopt : std::optional(found->second);
  }

  void keep(const std::string& key, Value value) {
    const std::lock_guard lock(mutex_);
    if (values_.size() >= kMost) values_.clear();
    values_[key] = std::move(value);
  }

 private:
  // A host's flows have some hundred keys. If a host keeps inventing new ones, the memory is
  // cleared.
  static constexpr std::size_t kMost = 1'000;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Value> values_;
};

}  // namespace winnow::database
