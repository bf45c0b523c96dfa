// Allocations: malloc and its kin in front of the C library's, so that those of C libraries fail
// too. Where a sanitizer owns malloc, operator new alone.
#include <cerrno>
#include <cstdlib>
#include <new>

#include "tests/faults/intercepted_calls.h"

namespace {

using winnow::tests::kAllocate;
using winnow::tests::intercepted::active;
using winnow::tests::intercepted::after_call;
using winnow::tests::intercepted::before_call;
using winnow::tests::intercepted::Verdict;

std::atomic<std::int64_t> live{0};

}  // namespace

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

namespace winnow::tests {
std::int64_t live_allocations() {
  return -1;
}
}  // namespace winnow::tests

void* operator new(std::size_t size) {
  const bool watched = active.load(std::memory_order_relaxed);
  if (watched && before_call(kAllocate, {}) == Verdict::fail) throw std::bad_alloc();
  void* const block = std::malloc(size == 0 ? 1 : size);  // NOLINT: what new is made of
  if (block == nullptr) throw std::bad_alloc();
  if (watched) after_call(kAllocate);
  return block;
}
void operator delete(void* block) noexcept {
  std::free(block);  // NOLINT: what delete is made of
}
void operator delete(void* block, std::size_t /*size*/) noexcept {
  std::free(block);  // NOLINT: what delete is made of
}

#else

namespace winnow::tests {
std::int64_t live_allocations() {
  return live.load();
}
}  // namespace winnow::tests

extern "C" {

// The C library's own definitions, by the names that it keeps for those who replace malloc.
void* __libc_malloc(size_t size);                      // NOLINT: a name of the C library
void* __libc_calloc(size_t count, size_t size);        // NOLINT: a name of the C library
void* __libc_realloc(void* block, size_t size);        // NOLINT: a name of the C library
void* __libc_memalign(size_t alignment, size_t size);  // NOLINT: a name of the C library
void __libc_free(void* block);                         // NOLINT: a name of the C library

}  // extern "C"

namespace {

template <class Original>
void* allocated(const Original& original) {
  const bool watched = active.load(std::memory_order_relaxed);
  if (watched && before_call(kAllocate, {}) == Verdict::fail) return nullptr;
  void* const block = original();
  if (block != nullptr) live.fetch_add(1, std::memory_order_relaxed);
  if (watched) after_call(kAllocate);
  return block;
}

}  // namespace

extern "C" {

void* malloc(size_t size) noexcept {
  return allocated([size] { return __libc_malloc(size); });
}
void* calloc(size_t count, size_t size) noexcept {
  return allocated([count, size] { return __libc_calloc(count, size); });
}
void* memalign(size_t alignment, size_t size) noexcept {
  return allocated([alignment, size] { return __libc_memalign(alignment, size); });
}
void* aligned_alloc(size_t alignment, size_t size) noexcept {
  return memalign(alignment, size);
}
int posix_memalign(void** block, size_t alignment, size_t size) noexcept {
  *block = memalign(alignment, size);
  return *block == nullptr ? ENOMEM : 0;
}
void* realloc(void* block, size_t size) noexcept {
  if (block == nullptr) return malloc(size);
  const bool watched = active.load(std::memory_order_relaxed);
  if (watched && before_call(kAllocate, {}) == Verdict::fail) return nullptr;
  void* const moved = __libc_realloc(block, size);
  if (moved == nullptr && size == 0) live.fetch_sub(1, std::memory_order_relaxed);
  if (watched) after_call(kAllocate);
  return moved;
}
void free(void* block) noexcept {
  if (block != nullptr) live.fetch_sub(1, std::memory_order_relaxed);
  __libc_free(block);
}

}  // extern "C"

#endif
