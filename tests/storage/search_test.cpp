// Finding the folders of executions on a disk, and telling them from other files of Kestra.
#include <chrono>
#include <fcntl.h>

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "tests/storage/scratch.h"

namespace winnow::tests {
namespace {

using storage::execution_of;
using storage::FoundFolder;
using storage::SearchArea;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

const std::string kRun = "main/company/team/flow/executions/";

std::vector<FoundFolder> found(const Scratch& scratch, const SearchArea& area) {
  std::vector<FoundFolder> all;
  const Cancellation cancellation;
  const auto searched = scratch.storage()->find(
      area,
      [&](FoundFolder each) -> Outcome<void> {
        all.push_back(std::move(each));
        return {};
      },
      cancellation);
  if (!searched) throw std::runtime_error(searched.error().message);
  return all;
}

std::vector<std::string> names(const std::vector<FoundFolder>& all) {
  std::vector<std::string> names;
  for (const auto& each : all) {
    names.push_back(each.folder.name_space + " " + each.folder.flow + " " + each.folder.execution);
  }
  return names;
}

TEST(Search, FindsEveryExecutionBelowTheTenant) {
  const Scratch scratch;
  for (const char* file :
       {"main/company/team/flow/executions/a/x", "main/company/flow/executions/b/in/y",
        "other/company/flow/executions/c/x"}) {
    scratch.file(file);
  }
  fs::create_directories(scratch.base() / (kRun + "empty"));
  EXPECT_THAT(
      names(found(scratch, {.tenant = "main"})),
      UnorderedElementsAre("company.team flow a", "company flow b", "company.team flow empty"));
}

TEST(Search, KeepsToTheNamespace) {
  const Scratch scratch;
  for (const char* file :
       {"main/company/team/flow/executions/a/x", "main/company/team/sub/flow/executions/b/x",
        "main/company/teams/flow/executions/c/x", "main/company/flow/executions/d/x"}) {
    scratch.file(file);
  }
  EXPECT_THAT(names(found(scratch, {.tenant = "main", .name_space = "company.team"})),
              UnorderedElementsAre("company.team flow a", "company.team.sub flow b"));
  EXPECT_THAT(found(scratch, {.tenant = "main", .name_space = "no.such"}), IsEmpty());
  EXPECT_THAT(found(scratch, {.tenant = "nobody"}), IsEmpty());
}

TEST(Search, PassesOverOtherFilesOfKestra) {
  const Scratch scratch;
  for (const char* file :
       {"main/company/_files/flow/executions/a/x", "main/company/team/_kv/executions/a/x",
        "main/company/flow/states/executions/a/x", "main/company/flow/task/cache/executions/a/x",
        "main/_messages/flow/executions/a/x", "main/executions/a/x", "main/company/executions/a/x",
        "main/company/executions/executions/a/x", "main/company/flow/executions/file",
        // The namespace `company.team.executions`, what is its own, and one below it.
        "main/company/team/executions/flow/executions/a/x",
        "main/company/team/executions/other/states/s",
        "main/company/team/executions/other2/task/cache/c", "main/company/team/executions/_files/f",
        "main/company/team/executions/sub/flow/executions/a/x",
        "main/company/team/executions/sub2/tasks/_files/deep/f",
        "main/company/team/executions/sub3/inputs/_kv/k",
        // The flow `executions` of `company.team`.
        "main/company/team/executions/executions/a/x", "main/company/team/executions/states/s",
        // No text.
        "main/company/flow/executions/\xff/x"}) {
    scratch.file(file);
  }
  EXPECT_THAT(names(found(scratch, {.tenant = "main"})), IsEmpty());
}

TEST(Search, FindsExecutionsWhoseTasksAndInputsHaveNamesOfKestrasOtherFiles) {
  const Scratch scratch;
  for (const char* file :
       {"a/tasks/cache/run/x", "b/inputs/states/x", "c/tasks/tmp/run/_files/x"}) {
    scratch.file(kRun + file);
  }
  EXPECT_THAT(found(scratch, {.tenant = "main"}), SizeIs(3));
}

TEST(Search, CountsFilesAndTellsTheLastChangeOfAnythingInTheFolder) {
  const Scratch scratch;
  scratch.file(kRun + "a/in/x");
  scratch.file(kRun + "a/in/x.metadata");
  const auto y = scratch.file(kRun + "a/y");
  const auto old = timespec{.tv_sec = 1'600'000'000, .tv_nsec = 0};
  const auto newer = timespec{.tv_sec = 1'700'000'000, .tv_nsec = 123'456'789};
  const auto date = [&](const fs::path& path, const timespec& when) {
    const timespec both[2] = {when, when};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), both, 0), 0);
  };
  for (const auto& entry : fs::recursive_directory_iterator(scratch.base()))
    date(entry.path(), old);
  date(y, newer);
  auto all = found(scratch, {.tenant = "main"});
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].files, 2);
  EXPECT_EQ(document::to_text(all[0].newest), "2023-11-14T22:13:20.123456Z");
  date(scratch.base() / (kRun + "a"), timespec{.tv_sec = 1'800'000'000, .tv_nsec = 0});
  all = found(scratch, {.tenant = "main"});
  EXPECT_EQ(document::to_text(all[0].newest), "2027-01-15T08:00:00.000000Z");
}

TEST(Search, FollowsNoLink) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  const fs::path outside = scratch.root() / "outside";
  fs::create_directories(outside / "flow/executions/b");
  fs::create_directory_symlink(outside, scratch.base() / "main/company/linked");
  fs::create_directory_symlink(outside / "flow/executions/b", scratch.base() / (kRun + "c"));
  EXPECT_THAT(names(found(scratch, {.tenant = "main"})),
              UnorderedElementsAre("company.team flow a"));
}

TEST(Search, RefusesWhatReachesOutside) {
  const Scratch scratch;
  const Cancellation cancellation;
  const auto nothing = [](FoundFolder) -> Outcome<void> { return {}; };
  for (const SearchArea& area :
       {SearchArea{.tenant = ".."}, SearchArea{.tenant = "a/b"}, SearchArea{.tenant = ""},
        SearchArea{.tenant = "main", .name_space = "a/../b"}}) {
    const auto searched = scratch.storage()->find(area, nothing, cancellation);
    ASSERT_FALSE(searched);
    EXPECT_EQ(searched.error().kind, FailureKind::storage);
  }
}

TEST(Search, EndsWhenItIsCancelledOrTheHandlerFails) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  scratch.file(kRun + "b/x");
  Cancellation cancellation;
  int seen = 0;
  const auto handler = [&](FoundFolder) -> Outcome<void> {
    ++seen;
    return fail(FailureKind::limit, "enough");
  };
  EXPECT_EQ(scratch.storage()->find({.tenant = "main"}, handler, cancellation).error().message,
            "enough");
  EXPECT_EQ(seen, 1);
  cancellation.request();
  EXPECT_EQ(scratch.storage()->find({.tenant = "main"}, handler, cancellation).error().kind,
            FailureKind::cancelled);
}

TEST(ExecutionOf, LeadsBackToThePathItCameFrom) {
  for (const char* path : {"company/flow/executions/a",
                           "company/team/sub/my-flow/executions/4hTq9ZbWm2LxYd7RkCv1Ns"}) {
    const auto folder = execution_of(path);
    ASSERT_TRUE(folder) << path;
    EXPECT_EQ(*storage::execution_path(*folder), path);
  }
}

TEST(ExecutionOf, TakesNothingThatMayBeAnotherFile) {
  for (const char* path : {"",
                           "a",
                           "executions/a",
                           "flow/executions/a",
                           "a/executions/executions/b",
                           "a/_files/executions/b",
                           "a/flow/states/executions/b",
                           "a/cache/executions/b",
                           "a.b/flow/executions/c",
                           "a/My_Flow/executions/c",
                           "a/flow/executions/",
                           "a//flow/executions/c",
                           "a/flow/executions/..",
                           "/a/flow/executions/c",
                           "a/flow/executions/c/d",
                           "a/b/executions/executions",
                           "a/b/executions/_files",
                           "a/b/executions/states",
                           "a/b/executions/cache",
                           "a/b/executions/\xff"}) {
    EXPECT_FALSE(execution_of(path)) << path;
  }
}

TEST(Deadline, ThatHasPassedLeavesTheFilesForAnotherCall) {
  const Scratch scratch;
  const auto file = scratch.file(kRun + "a/x");
  const Cancellation cancellation;
  const auto which = folder("a");
  const auto removed =
      scratch.storage()->remove({&which, 1}, cancellation, std::chrono::steady_clock::now());
  EXPECT_TRUE(removed.at(0).unfinished);
  EXPECT_FALSE(removed.at(0).failure);
  EXPECT_TRUE(fs::exists(file));
}

}  // namespace
}  // namespace winnow::tests
