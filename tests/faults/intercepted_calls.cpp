// The decision what happens to a call, and the C library's calls on files and sockets.
#include "tests/faults/intercepted_calls.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>

#include <sys/socket.h>

#include "tests/faults/origin.h"

namespace winnow::tests {
namespace {

// Plain members only: the code that looks at them may run inside malloc.
Interception armed;
std::atomic<bool> is_armed{false};
std::atomic<std::uint64_t> fitting{0};
std::atomic<std::uint64_t> failed{0};
std::atomic<std::uint64_t> spared{0};
std::atomic<std::uint64_t> connectors{0};
std::atomic<unsigned> previous{0};
std::atomic<bool> committing{false};
std::atomic<Watcher> watcher_function{nullptr};
std::atomic<void*> watcher_context{nullptr};
std::atomic<unsigned> watched_calls{0};
thread_local bool exempt = false;
thread_local bool last_fitted = false;

void look_whether_active() {
  intercepted::active = is_armed.load() || watcher_function.load() != nullptr;
}

[[noreturn]] void die() {
  ::syscall(SYS_kill, ::syscall(SYS_getpid), SIGKILL);
  while (true) ::syscall(SYS_pause);
}

// For replaying a case: WINNOW_FAULT_TRACE=1 prints to standard error where the failing calls come
// from (for addr2line).
void show_where() {
  static const bool wanted =
      std::getenv("WINNOW_FAULT_TRACE") != nullptr;  // NOLINT(concurrency-mt-unsafe)
  if (!wanted) return;
  exempt = true;
  std::array<void*, 40> frames{};
  ::backtrace_symbols_fd(frames.data(), ::backtrace(frames.data(), frames.size()), STDERR_FILENO);
  exempt = false;
}

// The next one is struck in its place.
bool is_spared() {
  exempt = true;
  const auto origin = origin_of_allocation();
  exempt = false;
  if (origin == Origin::connector) ++connectors;
  if (origin != Origin::unfailing) return false;
  --fitting;
  ++spared;
  return true;
}

bool fits(Call call, std::string_view text, unsigned before) {
  if ((armed.calls & call) == 0) return false;
  if (armed.while_committing && !committing.load()) return false;
  if (armed.after_calls != ~0U && (armed.after_calls & before) == 0) return false;
  return armed.text == nullptr || holds_word(text, armed.text);
}

}  // namespace

namespace intercepted {

std::atomic<bool> active{false};

Verdict before_call(Call call, std::string_view text) {
  last_fitted = false;
  if (exempt) return Verdict::pass;
  if (call != kAllocate && (watched_calls.load() & call) != 0) {
    if (const auto watcher = watcher_function.load()) {
      exempt = true;
      watcher(watcher_context.load(), call, text);
      exempt = false;
    }
  }
  if (!is_armed.load(std::memory_order_acquire)) return Verdict::pass;
  const unsigned before = call == kAllocate ? previous.load() : previous.exchange(call);
  if (call == kSend && holds_word(text, "COMMIT")) committing = true;
  if (call == kBatchBorder) committing = false;
  if (!fits(call, text, before)) return Verdict::pass;
  const auto number = ++fitting;
  using enum Interception::Action;
  const bool due = number == armed.nth || (armed.lasting && number > armed.nth);
  if (!due) return Verdict::pass;
  if (armed.action == kill_before) die();
  if (armed.action == kill_after) last_fitted = true;
  if (armed.action != fail) return Verdict::pass;
  if (call == kAllocate && is_spared()) return Verdict::pass;
  ++failed;
  show_where();
  errno = armed.error;
  return Verdict::fail;
}

void after_call(Call /*call*/) {
  if (last_fitted) die();
}

void* next_definition(const char* name) {
  return ::dlsym(RTLD_NEXT, name);
}

}  // namespace intercepted

bool holds_word(std::string_view text, std::string_view word) {
  const auto is_letter = [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  };
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    if (end == text.size() || !is_letter(text[end])) return true;
  }
  return false;
}

void arm(const Interception& interception) {
  armed = interception;
  fitting = 0;
  failed = 0;
  spared = 0;
  connectors = 0;
  previous = 0;
  committing = false;
  is_armed.store(true, std::memory_order_release);
  look_whether_active();
}

std::uint64_t disarm() {
  is_armed = false;
  look_whether_active();
  return fitting.load();
}

std::uint64_t failed_calls() {
  return failed.load();
}

std::uint64_t spared_calls() {
  return spared.load();
}

std::uint64_t failed_in_connector() {
  return connectors.load();
}

void watch(unsigned calls, Watcher watcher, void* context) {
  watcher_function = nullptr;
  watched_calls = calls;
  watcher_context = context;
  watcher_function = watcher;
  look_whether_active();
}

Exempt::Exempt() : before_(exempt) {
  exempt = true;
}
Exempt::~Exempt() {
  exempt = before_;
}

}  // namespace winnow::tests

// The C library's own names from here on.
using namespace winnow::
    tests;  // NOLINT(google-build-using-namespace): names of the C library follow
using intercepted::around;
using intercepted::next;

namespace {

std::string_view bytes(const void* data, std::size_t size) {
  return {static_cast<const char*>(data), size};
}

// A reset ends both directions, even if it was only simulated: a side that waits for the other's
// last message must not wait forever.
ssize_t with_end_of_reset(int descriptor, ssize_t result) {
  if (result < 0 && errno == ECONNRESET) {
    ::shutdown(descriptor, SHUT_RDWR);
    errno = ECONNRESET;
  }
  return result;
}

// The mode of open(2), which exists only if a file may be created.
mode_t mode_of(int flags, va_list arguments) {
  const bool makes = (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  return makes ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

extern "C" {

ssize_t send(int descriptor, const void* data, size_t size, int flags) {
  static auto* const original = next<ssize_t(int, const void*, size_t, int)>("send");
  return with_end_of_reset(descriptor, around(kSend, bytes(data, size), ssize_t{-1}, [&] {
                             return original(descriptor, data, size, flags);
                           }));
}

ssize_t recv(int descriptor, void* data, size_t size, int flags) {
  static auto* const original = next<ssize_t(int, void*, size_t, int)>("recv");
  return with_end_of_reset(descriptor, around(kReceive, {}, ssize_t{-1}, [&] {
                             return original(descriptor, data, size, flags);
                           }));
}

int connect(int descriptor, const sockaddr* address, socklen_t size) {
  static auto* const original = next<int(int, const sockaddr*, socklen_t)>("connect");
  return around(kConnect, {}, -1, [&] { return original(descriptor, address, size); });
}

int socket(int domain, int type, int protocol) noexcept {
  static auto* const original = next<int(int, int, int)>("socket");
  return around(kConnect, {}, -1, [&] { return original(domain, type, protocol); });
}

int poll(pollfd* descriptors, nfds_t count, int timeout) {
  static auto* const original = next<int(pollfd*, nfds_t, int)>("poll");
  return around(kPoll, {}, -1, [&] { return original(descriptors, count, timeout); });
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  using Start = void* (*)(void*);
  static auto* const original =
      next<int(pthread_t*, const pthread_attr_t*, Start, void*)>("pthread_create");
  // Its failure is the number that it returns.
  return around(kThread, {}, EAGAIN, [&] { return original(thread, attributes, start, argument); });
}

ssize_t read(int descriptor, void* data, size_t size) {
  static auto* const original = next<ssize_t(int, void*, size_t)>("read");
  return around(kReadFile, {}, ssize_t{-1}, [&] { return original(descriptor, data, size); });
}

ssize_t pread64(int descriptor, void* data, size_t size, off64_t offset) {
  static auto* const original = next<ssize_t(int, void*, size_t, off64_t)>("pread64");
  return around(kReadFile, {}, ssize_t{-1},
                [&] { return original(descriptor, data, size, offset); });
}

size_t fread(void* data, size_t size, size_t count, FILE* file) {
  static auto* const original = next<size_t(void*, size_t, size_t, FILE*)>("fread");
  return around(kReadFile, {}, size_t{0}, [&] { return original(data, size, count, file); });
}

ssize_t write(int descriptor, const void* data, size_t size) {
  static auto* const original = next<ssize_t(int, const void*, size_t)>("write");
  return around(kWriteFile, {}, ssize_t{-1}, [&] { return original(descriptor, data, size); });
}

ssize_t pwrite64(int descriptor, const void* data, size_t size, off64_t offset) {
  static auto* const original = next<ssize_t(int, const void*, size_t, off64_t)>("pwrite64");
  return around(kWriteFile, {}, ssize_t{-1},
                [&] { return original(descriptor, data, size, offset); });
}

int ftruncate64(int descriptor, off64_t size) {
  static auto* const original = next<int(int, off64_t)>("ftruncate64");
  return around(kWriteFile, {}, -1, [&] { return original(descriptor, size); });
}

size_t fwrite(const void* data, size_t size, size_t count, FILE* file) {
  static auto* const original = next<size_t(const void*, size_t, size_t, FILE*)>("fwrite");
  return around(kWriteFile, {}, size_t{0}, [&] { return original(data, size, count, file); });
}

int fflush(FILE* file) {
  static auto* const original = next<int(FILE*)>("fflush");
  return around(kWriteFile, {}, EOF, [&] { return original(file); });
}

int fsync(int descriptor) {
  static auto* const original = next<int(int)>("fsync");
  return around(kSyncFile, {}, -1, [&] { return original(descriptor); });
}

int fdatasync(int descriptor) {
  static auto* const original = next<int(int)>("fdatasync");
  return around(kSyncFile, {}, -1, [&] { return original(descriptor); });
}

int unlink(const char* path) noexcept {
  static auto* const original = next<int(const char*)>("unlink");
  return around(kRemoveJournal, path, -1, [&] { return original(path); });
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  static auto* const original = next<int(int, const char*, int)>("unlinkat");
  return around(kRemoveFile, path, -1, [&] { return original(folder, path, flags); });
}

int open(const char* path, int flags, ...) {
  static auto* const original = next<int(const char*, int, mode_t)>("open");
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = mode_of(flags, arguments);
  va_end(arguments);
  return around(kOpenFile, path, -1, [&] { return original(path, flags, mode); });
}

int open64(const char* path, int flags, ...) {
  static auto* const original = next<int(const char*, int, mode_t)>("open64");
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = mode_of(flags, arguments);
  va_end(arguments);
  return around(kOpenFile, path, -1, [&] { return original(path, flags, mode); });
}

int openat(int folder, const char* path, int flags, ...) {
  static auto* const original = next<int(int, const char*, int, mode_t)>("openat");
  va_list arguments;
  va_start(arguments, flags);
  const auto mode = mode_of(flags, arguments);
  va_end(arguments);
  return around(kOpenFile, path, -1, [&] { return original(folder, path, flags, mode); });
}

}  // extern "C"
