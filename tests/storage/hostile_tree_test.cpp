// Trees that somebody made to lead astray, and trees that are merely large.
#include <algorithm>
#include <atomic>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "storage/descriptor.h"
#include "tests/storage/scratch.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;

const std::string kRun = "main/company/team/flow/executions/";

TEST(Hostile, RemovesALinkItselfAndNotWhatItLeadsTo) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  const fs::path outside = scratch.root() / "outside";
  fs::create_directories(outside);
  std::ofstream(outside / "kept") << "kept";
  const fs::path run = scratch.base() / (kRun + "a");
  fs::create_directory_symlink(outside, run / "folder");
  fs::create_symlink(outside / "kept", run / "file");
  fs::create_symlink("nowhere", run / "dangling");

  const auto removed = remove_one(*scratch.storage(), folder("a"));

  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 4);
  EXPECT_TRUE(fs::exists(outside / "kept"));
  EXPECT_FALSE(fs::exists(run));
}

class LinkOnTheWay : public testing::TestWithParam<const char*> {};

TEST_P(LinkOnTheWay, IsRefusedAndNamed) {
  const Scratch scratch;
  const auto kept = scratch.file(kRun + "a/x");
  const fs::path link = scratch.base() / GetParam();
  const fs::path moved = scratch.root() / "moved";
  fs::rename(link, moved);
  fs::create_directory_symlink(moved, link);

  for (const auto& removed :
       {remove_one(*scratch.storage(), folder("a")), count_one(*scratch.storage(), folder("a"))}) {
    ASSERT_TRUE(removed.failure);
    EXPECT_EQ(removed.failure->kind, FailureKind::storage);
    EXPECT_THAT(message_of(removed), HasSubstr(link.string() + " is a link"));
  }
  EXPECT_TRUE(fs::exists(kept));
}

INSTANTIATE_TEST_SUITE_P(Parts, LinkOnTheWay,
                         testing::Values("main", "main/company", "main/company/team",
                                         "main/company/team/flow",
                                         "main/company/team/flow/executions",
                                         "main/company/team/flow/executions/a"));

TEST(Hostile, FollowsALinkThatIsTheBasePathItself) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  const fs::path link = scratch.root() / "link";
  fs::create_directory_symlink(scratch.base(), link);
  const auto store = storage::open_local(link.string());
  ASSERT_TRUE(store);
  EXPECT_EQ(remove_one(**store, folder("a")).files, 1);
}

// As soon as the walk has begun, and so knows its folders by name, another thread exchanges those
// that are left for links to what must stay.
TEST(Hostile, CantBeLedOutsideByExchangingFoldersForLinks) {
  constexpr int kFolders = 400;
  const Scratch scratch;
  const fs::path outside = scratch.root() / "outside";
  fs::create_directories(outside);
  std::ofstream(outside / "kept") << "kept";
  const fs::path aside = scratch.root() / "aside";
  fs::create_directories(aside);
  std::vector<fs::path> folders;
  folders.reserve(kFolders);
  for (int i = 0; i < kFolders; ++i) {
    folders.push_back(scratch.file(kRun + "a/d" + std::to_string(i) + "/f").parent_path());
  }
  std::atomic<bool> over{false};
  std::thread attacker([&] {
    const auto gone = [](const fs::path& path) { return ::access(path.c_str(), F_OK) != 0; };
    while (!over && std::ranges::none_of(folders, gone)) {
    }
    for (std::size_t i = 0; i < folders.size(); ++i) {
      if (::rename(folders[i].c_str(), (aside / std::to_string(i)).c_str()) != 0) continue;
      if (::symlink(outside.c_str(), folders[i].c_str()) != 0) return;
    }
  });
  const auto store = scratch.storage();
  remove_one(*store, folder("a"));
  over = true;
  attacker.join();
  const auto again = remove_one(*store, folder("a"));
  EXPECT_TRUE(fs::exists(outside / "kept"));
  EXPECT_FALSE(again.failure) << message_of(again);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

TEST(Hostile, NamesWithLineBreaksAndBytesThatAreNoTextGoLikeOthers) {
  const Scratch scratch;
  scratch.file(kRun + "a/line\nbreak");
  scratch.file(kRun + "a/\xff\xfe");
  scratch.file(kRun + "a/dir\n\x80/x");
  scratch.file(kRun + "a/-rf *");
  const auto removed = remove_one(*scratch.storage(), folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 4);
}

TEST(Hostile, PipesAndSocketsDoNotStopIt) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  ASSERT_EQ(::mkfifo((scratch.base() / (kRun + "a/pipe")).c_str(), 0600), 0);
  const auto removed = remove_one(*scratch.storage(), folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 2);
}

// Deeper than any path can name, made step by step, with fewer descriptors than levels.
TEST(Hostile, ATreeOfAThousandLevelsNeedsFewDescriptors) {
  constexpr int kLevels = 1000;
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  storage::Descriptor at(::open((scratch.base() / (kRun + "a")).c_str(), O_PATH | O_DIRECTORY));
  for (int level = 0; level < kLevels; ++level) {
    ASSERT_EQ(::mkdirat(at.get(), "level-down", 0700), 0);
    storage::Descriptor next(::openat(at.get(), "level-down", O_PATH | O_DIRECTORY));
    const storage::Descriptor file(::openat(next.get(), "f", O_CREAT | O_WRONLY, 0600));
    ASSERT_TRUE(file.valid());
    at = std::move(next);
  }
  at.close();
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 120;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const auto store = scratch.storage();
  const auto counted = count_one(*store, folder("a"));
  const auto removed = remove_one(*store, folder("a"));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);

  EXPECT_FALSE(counted.failure) << message_of(counted);
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(counted.files, kLevels + 1);
  EXPECT_EQ(removed.files, kLevels + 1);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

TEST(Hostile, DeepTreesWithBranchesGoWhole) {
  const Scratch scratch;
  fs::path at = kRun + "a";
  for (int level = 0; level < 150; ++level) {
    at /= "d";
    scratch.file(at / "f");
    scratch.file(at / "side/one/f");
    scratch.file(at / "other/f");
  }
  const auto store = scratch.storage();
  EXPECT_EQ(count_one(*store, folder("a")).files, 450);
  const auto removed = remove_one(*store, folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 450);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

TEST(Hostile, WideFoldersGoWhole) {
  const Scratch scratch;
  for (int i = 0; i < 3000; ++i) {
    scratch.file(kRun + "a/f" + std::to_string(i));
    scratch.file(kRun + "a/f" + std::to_string(i) + ".metadata");
  }
  for (int i = 0; i < 1000; ++i) scratch.file(kRun + "a/d" + std::to_string(i) + "/f");
  const auto removed = remove_one(*scratch.storage(), folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 4000);
}

TEST(Hostile, SeveralThreadsOnOneFolderCountEachFileOnce) {
  const Scratch scratch;
  for (int i = 0; i < 500; ++i) {
    scratch.file(kRun + "a/d" + std::to_string(i % 20) + "/f" + std::to_string(i));
  }
  const auto store = scratch.storage();
  std::atomic<std::uint64_t> files{0};
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { files += remove_one(*store, folder("a")).files; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(files, 500);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

TEST(Hostile, LeavesNoDescriptorOpen) {
  const Scratch scratch;
  scratch.file(kRun + "a/d/f");
  const auto open_ones = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  const auto store = scratch.storage();
  const auto before = open_ones();
  remove_one(*store, folder("a"));
  EXPECT_EQ(open_ones(), before);
}

}  // namespace
}  // namespace winnow::tests
