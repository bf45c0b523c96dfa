// What removing and counting in a local folder does.
#include <gmock/gmock.h>

#include "tests/storage/scratch.h"

namespace winnow::tests {
namespace {

using storage::ExecutionFolder;
using testing::HasSubstr;

const std::string kRun = "main/company/team/flow/executions/";

TEST(Local, RemovesAllOfAnExecutionAndCountsItsFiles) {
  const Scratch scratch;
  scratch.file(kRun + "a/inputs/file.csv");
  scratch.file(kRun + "a/tasks/task/run1/out.ion");
  scratch.file(kRun + "a/tasks/task/run2/nested/deeper/out.ion");
  fs::create_directories(scratch.base() / (kRun + "a/empty/folder"));

  const auto removed = remove_one(*scratch.storage(), folder("a"));

  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 3);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

TEST(Local, KeepsTheFoldersAboveAsKestraDoes) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  remove_one(*scratch.storage(), folder("a"));
  EXPECT_TRUE(fs::is_directory(scratch.base() / kRun));
}

TEST(Local, LeavesEverythingElseAlone) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  const std::vector<fs::path> others{
      scratch.file(kRun + "ab/x"),
      scratch.file(kRun + "A/x"),
      scratch.file("main/company/team/_files/x"),
      scratch.file("main/company/team/flow/states/x"),
      scratch.file("main/company/teamx/flow/executions/a/x"),
      scratch.file("main/Company/Team/flow/executions/a/x"),
      scratch.file("main/company/team/sub/flow/executions/a/x"),
      scratch.file("other/company/team/flow/executions/a/x"),
      scratch.file("company/team/flow/executions/a/x"),
  };
  remove_one(*scratch.storage(), folder("a"));
  for (const auto& other : others) EXPECT_TRUE(fs::exists(other)) << other;
}

TEST(Local, FindsFilesFromBeforeThereWereTenants) {
  const Scratch scratch;
  const auto old = scratch.file("company/team/flow/executions/a/x");
  const auto with_tenant = scratch.file(kRun + "a/x");
  const auto removed = remove_one(*scratch.storage(), {std::nullopt, "company.team", "flow", "a"});
  EXPECT_EQ(removed.files, 1);
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(with_tenant));
}

// A call opens the folder of a flow once for all of its executions, and not more than some of them.
TEST(Local, TakesEachExecutionFromItsOwnFlowAndTenant) {
  const Scratch scratch;
  std::vector<ExecutionFolder> folders;
  for (int round = 0; round < 2; ++round) {
    for (int flow = 0; flow < 70; ++flow) {
      for (const std::string tenant : {"main", "other", ""}) {
        const auto name = "flow-" + std::to_string(flow);
        const auto execution = "e" + std::to_string(round);
        folders.push_back({.tenant = tenant.empty() ? std::nullopt : std::optional(tenant),
                           .name_space = "company",
                           .flow = name,
                           .execution = execution});
        if (flow % 7 == 0) continue;  // without files
        const auto files = flow % 3 + static_cast<int>(tenant.size());
        for (int file = 0; file < files; ++file) {
          scratch.file(fs::path(tenant) / "company" / name / "executions" / execution /
                       std::to_string(file));
        }
      }
    }
  }

  const auto removed = scratch.storage()->remove(folders, Cancellation());

  ASSERT_EQ(removed.size(), folders.size());
  for (std::size_t at = 0; at < folders.size(); ++at) {
    const auto flow = std::stoi(folders[at].flow.substr(5));
    const auto files = flow % 3 + static_cast<int>(folders[at].tenant.value_or("").size());
    EXPECT_FALSE(removed[at].failure) << message_of(removed[at]);
    EXPECT_EQ(removed[at].files, flow % 7 == 0 ? 0 : files) << folders[at].flow;
  }
}

TEST(Local, TakesAMissingFolderForOneWithoutFiles) {
  const Scratch scratch;
  for (const auto& missing :
       {folder("a"), folder(std::string(300, 'x')), folder("a", "no.such.namespace")}) {
    const auto removed = remove_one(*scratch.storage(), missing);
    EXPECT_FALSE(removed.failure) << message_of(removed);
    EXPECT_EQ(removed.files, 0);
  }
}

TEST(Local, CountsWhatItWouldRemoveAndRemovesNothing) {
  const Scratch scratch;
  const auto first = scratch.file(kRun + "a/x");
  scratch.file(kRun + "a/x.metadata");
  scratch.file(kRun + "a/tasks/y");
  const auto store = scratch.storage();
  EXPECT_EQ(count_one(*store, folder("a")).files, 2);
  EXPECT_TRUE(fs::exists(first));
  EXPECT_EQ(remove_one(*store, folder("a")).files, 2);
  EXPECT_EQ(count_one(*store, folder("a")).files, 0);
}

TEST(Local, AnswersForEachFolderInOrder) {
  const Scratch scratch;
  scratch.file(kRun + "a/x");
  scratch.file(kRun + "c/x");
  scratch.file(kRun + "c/y");
  const std::vector<ExecutionFolder> folders{folder("a"), folder("b"), folder(".."), folder("c")};
  const Cancellation cancellation;
  const auto removed = scratch.storage()->remove(folders, cancellation);
  ASSERT_EQ(removed.size(), 4);
  EXPECT_EQ(removed[0].files, 1);
  EXPECT_EQ(removed[1].files, 0);
  EXPECT_TRUE(removed[2].failure);
  EXPECT_EQ(removed[3].files, 2);
}

struct Sidecars {
  std::vector<std::string> names;
  std::uint64_t files;
};

class SidecarCount : public testing::TestWithParam<Sidecars> {};

TEST_P(SidecarCount, IsTheSameForCountingAndRemoving) {
  const Scratch scratch;
  for (const auto& name : GetParam().names) scratch.file(fs::path(kRun + "a") / name);
  const auto store = scratch.storage();
  EXPECT_EQ(count_one(*store, folder("a")).files, GetParam().files);
  EXPECT_EQ(remove_one(*store, folder("a")).files, GetParam().files);
  EXPECT_FALSE(fs::exists(scratch.base() / (kRun + "a")));
}

INSTANTIATE_TEST_SUITE_P(
    Cases, SidecarCount,
    testing::Values(Sidecars{{"x", "x.metadata"}, 1}, Sidecars{{"x.metadata"}, 1},
                    Sidecars{{".metadata"}, 1}, Sidecars{{"x.metadata", "x.metadata.metadata"}, 1},
                    Sidecars{{"x", "x.metadata", "x.metadata.metadata"}, 1},
                    Sidecars{{"x", "y.metadata"}, 2},
                    Sidecars{{"x/in", "x.metadata"}, 2},    // a file beside a folder
                    Sidecars{{"x", "x.metadata/in"}, 2}));  // a folder of that name

TEST(Local, SaysThatAFolderIsInTheWayOfNothing) {
  const Scratch scratch;
  scratch.file("main/company/team/flow");  // a file in place of a folder
  const auto removed = remove_one(*scratch.storage(), folder("a"));
  ASSERT_TRUE(removed.failure);
  EXPECT_EQ(removed.failure->kind, FailureKind::storage);
  EXPECT_THAT(message_of(removed), HasSubstr((scratch.base() / "main/company/team/flow").string()));
}

TEST(Local, RefusesToTakeAMissingBaseForAnEmptyStorage) {
  const Scratch scratch;
  const auto store = scratch.storage();
  fs::remove_all(scratch.base());  // its disk was unmounted, say
  const auto removed = remove_one(*store, folder("a"));
  ASSERT_TRUE(removed.failure);
  EXPECT_THAT(message_of(removed), HasSubstr(scratch.base().string()));
}

TEST(Local, StopsWhenCancelled) {
  const Scratch scratch;
  const auto file = scratch.file(kRun + "a/x");
  Cancellation cancellation;
  cancellation.request();
  const std::vector<ExecutionFolder> folders{folder("a"), folder("b")};
  const auto removed = scratch.storage()->remove(folders, cancellation);
  ASSERT_EQ(removed.size(), 2);
  for (const auto& one : removed) EXPECT_EQ(one.failure->kind, FailureKind::cancelled);
  EXPECT_TRUE(fs::exists(file));
}

struct Base {
  std::string path;
  const char* names;
};

class RefusedBase : public testing::TestWithParam<Base> {};

TEST_P(RefusedBase, IsAConfigurationFailureThatSaysWhy) {
  const auto opened = storage::open_local(GetParam().path);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().kind, FailureKind::configuration);
  EXPECT_THAT(opened.error().message, HasSubstr(GetParam().names));
}

INSTANTIATE_TEST_SUITE_P(Paths, RefusedBase,
                         testing::Values(Base{"", "empty"}, Base{"/", "root"}, Base{"//", "root"},
                                         Base{"/.", "root"}, Base{"/tmp/..", "root"},
                                         Base{"app/storage", "relative"}, Base{"./x", "relative"},
                                         Base{std::string("/tmp\0x", 6), "NUL"},
                                         Base{"/no/such/folder", "No such file"},
                                         Base{"/etc/passwd", "Not a directory"}));

}  // namespace
}  // namespace winnow::tests
