// Counts the calls of this program's libraries (libwinnow, libpq, SQLite, ...) to the C library and
// to their database's client, makes them fail, or kills the process there: the definitions in
// intercepted_*.cpp replace the C library's own. So a fault can happen at every point of an
// ordinary build, and the product has no code for it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unistd.h>

#include <sys/syscall.h>

namespace winnow::tests {

// Kinds of calls; an Interception takes any set of them.
enum Call : unsigned {
  kAllocate = 1,         // malloc, calloc, realloc, operator new
  kSend = 2,             // send
  kReceive = 4,          // recv
  kConnect = 8,          // socket, connect
  kWriteFile = 16,       // write, pwrite, ftruncate, fwrite, fflush
  kSyncFile = 32,        // fsync, fdatasync
  kRemoveFile = 64,      // unlinkat: the storage's own
  kRemoveJournal = 128,  // unlink: SQLite's
  kReadFile = 256,       // read, pread, fread
  kOpenFile = 512,       // open, openat
  kPoll = 1024,          // poll
  kThread = 2048,        // pthread_create
  kClient = 4096,        // PQ*, mysql_*
  kBatchBorder = 8192,   // the host's event that a batch is committed
  kSystemCalls = kSend | kReceive | kConnect | kWriteFile | kSyncFile | kRemoveFile |
                 kRemoveJournal | kOpenFile
};

// What happens to the nth matching call. Calls match by kind, by a word in what they send (send) or
// in their path, and by the kind of the previous call.
struct Interception {
  enum class Action { count, kill_before, kill_after, fail };

  Action action = Action::count;
  unsigned calls = 0;
  std::uint64_t nth = 1;
  bool lasting = false;  // fail: every call from the nth on
  int error = 0;         // fail: errno
  const char* text = nullptr;
  unsigned after_calls = ~0U;     // kinds of the call before; allocations are not looked at
  bool while_committing = false;  // from a COMMIT that is sent to the border of its batch
};

// Whether the text contains exactly this word: COMMIT does not match COMMITTED.
bool holds_word(std::string_view text, std::string_view word);

// From here on; one at a time for the whole process. Threads that said they are exempt are left
// alone.
void arm(const Interception& interception);
// How many calls fitted since.
std::uint64_t disarm();
// How many of the fitting calls were made to fail.
std::uint64_t failed_calls();
// How many should have failed and were let through, and how many of the failed allocations were
// libmariadb's own (origin.h).
std::uint64_t spared_calls();
std::uint64_t failed_in_connector();

// Called before every call of these kinds by threads that are not exempt; nullptr ends that. The
// function may wait, so that a test can hold a run at a chosen point.
using Watcher = void (*)(void* context, Call call, std::string_view text);
void watch(unsigned calls, Watcher watcher, void* context);

// The number of allocated blocks in the whole process. -1 if a sanitizer owns malloc (its leak
// check replaces this).
std::int64_t live_allocations();

// This thread's calls are the test's own and no part of what is tried.
class Exempt {
 public:
  Exempt();
  Exempt(const Exempt&) = delete;
  Exempt& operator=(const Exempt&) = delete;
  ~Exempt();

 private:
  bool before_;
};

namespace intercepted {

enum class Verdict { pass, fail };

extern std::atomic<bool> active;  // armed or watched: the only thing looked at otherwise

Verdict before_call(Call call, std::string_view text);
void after_call(Call call);

// Stands around a call: strikes before it, makes it, strikes after it.
template <class Result, class Original>
Result around(Call call, std::string_view text, Result failed, const Original& original) {
  if (!active.load(std::memory_order_relaxed)) return original();
  if (before_call(call, text) == Verdict::fail) return failed;
  const Result result = original();
  after_call(call);
  return result;
}

// The definition that ours replaces.
void* next_definition(const char* name);
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(next_definition(name));
}

}  // namespace intercepted
}  // namespace winnow::tests
