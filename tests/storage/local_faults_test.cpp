// A disk that fails: the Nth call of one kind ends in an error, N from 1 on until a run passes
// without meeting it.
#include <cerrno>
#include <cstdarg>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "tests/storage/scratch.h"

namespace {

enum class Call { none, open, read, remove, look };

Call failing = Call::none;
int left = 0;  // calls until the one that fails
int error = 0;
bool persistent = false;  // all later calls of the kind fail too
long longest_read = 0;    // maximum bytes per read of a folder; 0: as many as requested

bool fails(Call call) {
  if (call != failing || left == 0) return false;
  if (left > 1) {
    --left;
    return false;
  }
  if (!persistent) left = 0;
  errno = error;
  return true;
}

}  // namespace

// The program's own definitions come before the C library's.
extern "C" {

int openat(int folder, const char* path, int flags, ...) {
  if (fails(Call::open)) return -1;
  return static_cast<int>(::syscall(SYS_openat, folder, path, flags, 0600));
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  if (fails(Call::remove)) return -1;
  return static_cast<int>(::syscall(SYS_unlinkat, folder, path, flags));
}

int fstatat(int folder, const char* path, struct stat* status, int flags) noexcept {
  if (fails(Call::look)) return -1;
  return static_cast<int>(::syscall(SYS_newfstatat, folder, path, status, flags));
}

long syscall(long number, ...) noexcept {
  if (number == SYS_getdents64 && fails(Call::read)) return -1;
  using Real = long (*)(long, long, long, long, long);
  static const auto real = reinterpret_cast<Real>(::dlsym(RTLD_NEXT, "syscall"));
  va_list arguments;
  va_start(arguments, number);
  const long first = va_arg(arguments, long);
  const long second = va_arg(arguments, long);
  long third = va_arg(arguments, long);
  const long fourth = va_arg(arguments, long);
  va_end(arguments);
  if (number == SYS_getdents64 && longest_read > 0) third = longest_read;
  return real(number, first, second, third, fourth);
}

}  // extern "C"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

const std::string kRun = "main/company/team/flow/executions/";
constexpr std::uint64_t kFiles = 5;

struct Fault {
  const char* name;
  Call call;
  int error;
};

class LocalFaults : public testing::TestWithParam<std::tuple<Fault, bool>> {
 protected:
  void TearDown() override { failing = Call::none; }

  static void fill(const Scratch& scratch) {
    for (const char* file : {"a/x", "a/x.metadata", "a/in/y", "a/in/deep/z", "a/tasks/v", "b/x"}) {
      scratch.file(kRun + file);
    }
  }
};

TEST_P(LocalFaults, AreReportedAndAnotherRunFinishes) {
  const auto& [fault, always] = GetParam();
  bool met = true;
  int nth = 0;
  while (met) {
    ASSERT_LT(++nth, 200);
    const Scratch scratch;
    fill(scratch);
    const auto store = scratch.storage();
    const std::vector<storage::ExecutionFolder> folders{folder("a"), folder("b")};
    const Cancellation cancellation;
    persistent = always;
    error = fault.error;
    left = nth;
    failing = fault.call;
    const auto removed = store->remove(folders, cancellation);
    met = always ? left == 1 : left == 0;
    failing = Call::none;

    std::uint64_t files = 0;
    for (const auto& one : removed) {
      files += one.files;
      if (!one.failure) continue;
      EXPECT_EQ(one.failure->kind, FailureKind::storage);
      EXPECT_THAT(message_of(one),
                  AllOf(HasSubstr("/storage"), HasSubstr(std::strerror(fault.error))));
    }
    // One that is not reported as failed is deleted.
    for (std::size_t i = 0; i < folders.size(); ++i) {
      if (removed[i].failure) continue;
      EXPECT_FALSE(fs::exists(scratch.base() / kRun / folders[i].execution)) << nth;
    }
    for (const auto& one : store->remove(folders, cancellation)) {
      EXPECT_FALSE(one.failure) << message_of(one);
      files += one.files;
    }
    EXPECT_EQ(files, kFiles) << "fault at call " << nth;
    EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
  }
  EXPECT_GT(nth, 5) << "the faults were not met";
}

INSTANTIATE_TEST_SUITE_P(
    Disk, LocalFaults,
    testing::Combine(testing::Values(Fault{"RemoveEio", Call::remove, EIO},
                                     Fault{"RemoveNoSpace", Call::remove, ENOSPC},
                                     Fault{"RemoveReadOnly", Call::remove, EROFS},
                                     Fault{"RemoveQuota", Call::remove, EDQUOT},
                                     Fault{"OpenEio", Call::open, EIO},
                                     Fault{"OpenNoDescriptor", Call::open, EMFILE},
                                     Fault{"ReadEio", Call::read, EIO}),
                     testing::Bool()),
    [](const auto& each) {
      return std::string(std::get<0>(each.param).name) +
             (std::get<1>(each.param) ? "Always" : "Once");
    });

// As some file systems over a network do.
TEST(LocalFolder, ThatIsGivenByAnEntryAtATimeGoesWhole) {
  const Scratch scratch;
  for (int at = 0; at < 40; ++at) {
    const auto file = kRun + "a/only-folders/" + std::to_string(at) + "/file";
    scratch.file(file);
    scratch.file(file + ".metadata");
  }
  const auto store = scratch.storage();
  longest_read = 64;
  const auto counted = count_one(*store, folder("a"));
  const auto removed = remove_one(*store, folder("a"));
  longest_read = 0;
  EXPECT_EQ(counted.files, 40);
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 40);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

TEST(LocalNames, OfEveryByteGoLikeOthers) {
  const Scratch scratch;
  for (int byte = 1; byte < 256; ++byte) {
    if (byte == '/') continue;
    const std::string odd(1, static_cast<char>(byte));
    scratch.file(kRun + "a/in" + odd + "side/f" + odd);
    scratch.file(kRun + "a/" + odd + odd + odd);
  }
  const auto store = scratch.storage();
  EXPECT_EQ(count_one(*store, folder("a")).files, 2 * 254);
  const auto removed = remove_one(*store, folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 2 * 254);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

}  // namespace
}  // namespace winnow::tests
