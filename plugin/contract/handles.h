// Handles that can be checked: a host holds a number in a table and never an address, so the lookup
// of a freed, closed or invented one fails (abi/winnow.h, convention 6).
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace winnow::plugin {

// One counter for all tables, so that a number is unique and never reused: 48 bits last for a
// million years at one each 100 ms. No address of a user's process has these upper 16 bits, so a
// pointer is never mistaken for a handle.
inline std::uintptr_t next_handle() noexcept {
  static_assert(sizeof(std::uintptr_t) == 8, "handles need 64 bits");
  static std::atomic<std::uint64_t> last{0};
  constexpr std::uintptr_t kMark = 0x7769ULL << 48;
  return kMark + ++last;
}

// `Handle` is the incomplete type of the contract, `T` the type of the object behind it.
// Thread-safe. Callers of find() share the entry: it exists until the last call that uses it
// returns.
template <class Handle, class T>
class HandleTable {
 public:
  Handle* add(std::shared_ptr<T> entry) {
    const std::lock_guard lock(mutex_);
    const std::uintptr_t number = next_handle();
    entries_.emplace(number, std::move(entry));
    return reinterpret_cast<Handle*>(number);  // NOLINT(performance-no-int-to-ptr): never followed
  }

  // Null if there is no such handle.
  std::shared_ptr<T> find(const Handle* handle) const {
    const std::lock_guard lock(mutex_);
    const auto entry = entries_.find(reinterpret_cast<std::uintptr_t>(handle));
    return entry == entries_.end() ? nullptr : entry->second;
  }

  // Removes the handle. The entry itself is destroyed with the returned pointer, outside the lock.
  std::shared_ptr<T> take(const Handle* handle) {
    const std::lock_guard lock(mutex_);
    const auto node = entries_.extract(reinterpret_cast<std::uintptr_t>(handle));
    return node.empty() ? nullptr : std::move(node.mapped());
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uintptr_t, std::shared_ptr<T>> entries_;
};

// The process-wide table of one kind. It is never destroyed: a host's thread may still use its
// handle while the process ends. An empty table holds no memory, so unloading the library leaks
// none.
template <class Handle, class T>
HandleTable<Handle, T>& handles() {
  union Immortal {
    HandleTable<Handle, T> table;
    Immortal() : table() {}
    ~Immortal() {}  // NOLINT(modernize-use-equals-default): a default one would be deleted
    Immortal(const Immortal&) = delete;
    Immortal& operator=(const Immortal&) = delete;
  };
  static Immortal immortal;
  return immortal.table;
}

}  // namespace winnow::plugin
