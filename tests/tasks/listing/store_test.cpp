// STORE's file is whole or it is not there.
#include "tasks/listing/store.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "tests/support/require.h"

namespace winnow::tasks {
namespace {

using testing::HasSubstr;
using tests::require;
namespace fs = std::filesystem;

class Store : public testing::Test {
 protected:
  Store() : folder_(fs::temp_directory_path() / "winnow-store-XXXXXX") {
    auto name = folder_.string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Store() override { fs::remove_all(folder_); }

  std::vector<fs::path> files() const {
    return {fs::directory_iterator(folder_), fs::directory_iterator()};
  }
  static std::string content(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  fs::path folder_;
};

TEST_F(Store, KeepsEveryLineInOrder) {
  std::string expected;
  auto file = require(StoreFile::create(folder_, "ListLogs"));
  for (int line = 0; line < 50'000; ++line) {  // several buffers
    const auto text = "{\"line\":" + std::to_string(line) + "}";
    require(file.write_line(text));
    expected += text + "\n";
  }
  const auto uri = require(file.finish());
  ASSERT_EQ(files().size(), 1U);
  EXPECT_EQ(uri, "file://" + files().front().string());
  EXPECT_EQ(content(files().front()), expected);
}

TEST_F(Store, KeepsALineThatIsLongerThanItsBuffer) {
  auto file = require(StoreFile::create(folder_, "ListLogs"));
  const std::string line(3'000'000, 'x');
  require(file.write_line("first"));
  require(file.write_line(line));
  require(file.write_line("last"));
  require(file.finish());
  EXPECT_EQ(content(files().front()), "first\n" + line + "\nlast\n");
}

TEST_F(Store, IsForItsOwnerOnly) {
  const auto before = ::umask(0);
  auto file = require(StoreFile::create(folder_, "ListLogs"));
  ::umask(before);
  struct stat status {};
  ASSERT_EQ(::stat(files().front().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0600U);
}

TEST_F(Store, LeavesNoFileWhereItWasNotFinished) {
  {
    auto file = require(StoreFile::create(folder_, "ListLogs"));
    const auto moved = std::move(file);
    ASSERT_EQ(files().size(), 1U);
  }
  EXPECT_TRUE(files().empty());
}

TEST_F(Store, NeverWritesOverAnotherFile) {
  std::vector<StoreFile> open;
  for (int count = 0; count < 100; ++count) {
    open.push_back(require(StoreFile::create(folder_, "ListLogs")));
  }
  EXPECT_EQ(files().size(), 100U);
}

TEST_F(Store, NamesTheFolderThatIsMissing) {
  const auto file = StoreFile::create((folder_ / "nowhere").string(), "ListLogs");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().kind, FailureKind::storage);
  EXPECT_THAT(file.error().message, HasSubstr((folder_ / "nowhere").string()));
}

// Writes until the limit on a file's size stops it, which simulates a full disk. In a separate
// process.
[[noreturn]] void fill_the_disk() {
  (void)std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{.rlim_cur = 1'000'000, .rlim_max = 1'000'000};
  ::setrlimit(RLIMIT_FSIZE, &limit);
  const auto folder = fs::temp_directory_path() / ("winnow-full-" + std::to_string(::getpid()));
  fs::create_directory(folder);
  Outcome<void> written;
  {
    auto file = require(StoreFile::create(folder, "ListLogs"));
    for (int line = 0; line < 2'000 && written; ++line) {
      written = file.write_line(std::string(1'000, 'x'));
    }
  }
  const bool told = !written && written.error().kind == FailureKind::storage &&
                    written.error().message.find(folder.string()) != std::string::npos;
  const bool empty = fs::is_empty(folder);
  fs::remove_all(folder);
  std::exit(told && empty ? 0 : 1);
}

TEST(StoreDeathTest, FailsOnAFullDiskAndLeavesNothing) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(fill_the_disk(), testing::ExitedWithCode(0), "");
}

TEST(FileUri, EscapesWhatAUriCanNotHold) {
  EXPECT_EQ(file_uri("/tmp/a b%c/\xC3\xA9#?.jsonl"), "file:///tmp/a%20b%25c/%C3%A9%23%3F.jsonl");
  EXPECT_EQ(file_uri("/var/A-z_0.9~x"), "file:///var/A-z_0.9~x");
}

}  // namespace
}  // namespace winnow::tasks
