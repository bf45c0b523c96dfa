// Files that can't be removed. Root ignores permissions, so these tests work in a child process
// that is not root.
#include <functional>
#include <unistd.h>

#include <gmock/gmock.h>
#include <sys/wait.h>

#include "tests/storage/scratch.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;

constexpr uid_t kNobody = 65534;
const std::string kRun = "main/company/team/flow/executions/";

// Runs `work` as somebody who is not root; what it returns comes back.
std::string as_nobody(const std::function<std::string()>& work) {
  int ends[2];
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t child = ::fork();
  if (child == 0) {
    const bool dropped = ::getuid() != 0 || (::setgid(kNobody) == 0 && ::setuid(kNobody) == 0);
    const std::string text = dropped ? work() : "can't drop root";
    const auto written = ::write(ends[1], text.data(), text.size());
    ::_exit(written == static_cast<ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return text;
}

void give_to_nobody(const Scratch& scratch) {
  if (::getuid() != 0) return;
  ASSERT_EQ(::chown(scratch.root().c_str(), kNobody, kNobody), 0);
  for (const auto& entry : fs::recursive_directory_iterator(scratch.root())) {
    ASSERT_EQ(::lchown(entry.path().c_str(), kNobody, kNobody), 0);
  }
}

void forbid(const fs::path& path, fs::perms rights) {
  fs::permissions(path, rights);
}

// The message of the failure, the number of deleted files, and whether the folder beside it was
// deleted.
std::string outcome_of(const Scratch& scratch) {
  const Cancellation cancellation;
  const std::vector<storage::ExecutionFolder> folders{folder("a"), folder("b")};
  const auto removed = scratch.storage()->remove(folders, cancellation);
  return message_of(removed[0]) + "\nkind " +
         (removed[0].failure ? failure_code(removed[0].failure->kind) : "none") + "\nb " +
         std::to_string(removed[1].files) + " " + message_of(removed[1]);
}

class Permission : public testing::Test {
 protected:
  void SetUp() override {
    scratch_.file(kRun + "a/x");
    scratch_.file(kRun + "a/locked/y");
    scratch_.file(kRun + "b/z");
    give_to_nobody(scratch_);
  }
  void TearDown() override {
    // So that the scratch folder can be removed; deleted folders need nothing.
    std::error_code ignored;
    fs::permissions(scratch_.base() / kRun, fs::perms::owner_all, ignored);
    fs::permissions(scratch_.base() / (kRun + "a/locked"), fs::perms::owner_all, ignored);
  }

  void expect_failure_at(const std::string& path, const std::string& answer) const {
    EXPECT_THAT(answer, HasSubstr((scratch_.base() / path).string() + ": Permission denied"));
    EXPECT_THAT(answer, HasSubstr("kind STORAGE"));
  }

  Scratch scratch_;
};

TEST_F(Permission, AFileThatCantGoIsNamedAndOtherExecutionsGoOn) {
  forbid(scratch_.base() / (kRun + "a/locked"), fs::perms::owner_read | fs::perms::owner_exec);
  const std::string answer = as_nobody([&] { return outcome_of(scratch_); });
  expect_failure_at(kRun + "a/locked/y", answer);
  EXPECT_THAT(answer, HasSubstr("b 1 (no failure)"));
  EXPECT_TRUE(fs::exists(scratch_.base() / (kRun + "a/locked/y")));
  EXPECT_FALSE(fs::exists(scratch_.base() / (kRun + "b")));
}

TEST_F(Permission, AFolderThatCantBeReadIsNamed) {
  forbid(scratch_.base() / (kRun + "a/locked"), fs::perms::none);
  expect_failure_at(kRun + "a/locked", as_nobody([&] { return outcome_of(scratch_); }));
}

TEST_F(Permission, AFolderThatCantBeRemovedIsNamed) {
  forbid(scratch_.base() / kRun, fs::perms::owner_read | fs::perms::owner_exec);
  expect_failure_at(kRun + "a", as_nobody([&] { return outcome_of(scratch_); }));
}

TEST_F(Permission, AFolderOnTheWayThatCantBeEnteredIsNamed) {
  forbid(scratch_.base() / kRun, fs::perms::owner_read);
  expect_failure_at(kRun + "a", as_nobody([&] { return outcome_of(scratch_); }));
}

// What a search hands over: executions, and what can't be read.
std::string search_of(const Scratch& scratch) {
  std::string text;
  const Cancellation cancellation;
  const auto handler = [&](storage::FoundFolder found) -> Outcome<void> {
    text += found.folder.execution + (found.failure ? " " + found.failure->message : "") + "\n";
    return {};
  };
  const auto searched = scratch.storage()->find({.tenant = "main"}, handler, cancellation);
  return text + (searched ? "all" : searched.error().message);
}

TEST_F(Permission, ASearchNamesWhatItCantReadAndGoesOn) {
  scratch_.file("main/company/other/flow/executions/c/x");
  give_to_nobody(scratch_);
  const auto place = [&](const std::string& path) { return (scratch_.base() / path).string(); };
  forbid(place(kRun + "a/locked"), fs::perms::none);
  EXPECT_EQ(as_nobody([&] { return search_of(scratch_); }),
            "c\na can't open " + place(kRun + "a/locked") + ": Permission denied\nb\nall");
  forbid(place(kRun), fs::perms::none);
  EXPECT_EQ(
      as_nobody([&] { return search_of(scratch_); }),
      "c\n can't open " + place("main/company/team/flow/executions") + ": Permission denied\nall");
}

TEST_F(Permission, TheMessageIsTextWhateverTheName) {
  scratch_.file(kRun + "a/locked/\xff\n");
  fs::remove(scratch_.base() / (kRun + "a/locked/y"));
  give_to_nobody(scratch_);
  forbid(scratch_.base() / (kRun + "a/locked"), fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_THAT(as_nobody([&] { return outcome_of(scratch_); }),
              HasSubstr("locked/\\xff\\x0a: Permission denied"));
}

}  // namespace
}  // namespace winnow::tests
