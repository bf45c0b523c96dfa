// What PurgeStorage deletes, and what it keeps, in a local folder.
#include <fcntl.h>

#include <sys/stat.h>

#include "tests/storage/scratch.h"
#include "tests/tasks/orphans/bed.h"
#include "tests/tasks/receipts/receipts_file.h"

namespace winnow::tests {
namespace {

using testing::HasSubstr;

const Json kSweep{{"endDate", "2026-06-01T00:00:00Z"}, {"dryRun", false}};

class OrphanFolders : public OrphanBed {
 protected:
  OrphanFolders() {
    bed_.storage = scratch_.storage();
    rows_.add_execution("alive", "company.team", "daily", kLongAgo, 0);
  }

  // Two files, last changed at the instant; returns the folder.
  fs::path add_folder(const std::string& id, const std::string& path = "main/company/team/daily",
                      std::time_t changed = 1'770'000'000) {  // 2026-02-02
    const std::string folder = path + "/executions/" + id;
    scratch_.file(folder + "/in/x");
    scratch_.file(folder + "/y");
    const timespec both[2] = {{changed, 0}, {changed, 0}};
    for (const auto& entry : fs::recursive_directory_iterator(scratch_.base() / folder)) {
      ::utimensat(AT_FDCWD, entry.path().c_str(), both, 0);
    }
    ::utimensat(AT_FDCWD, (scratch_.base() / folder).c_str(), both, 0);
    return scratch_.base() / folder;
  }

  static Json with(Json parameters, const Json& more) {
    parameters.update(more);
    return parameters;
  }

  Scratch scratch_;
};

// Keeps the folder of one execution, and can't read another.
class StuckStorage : public storage::Storage {
 public:
  explicit StuckStorage(std::unique_ptr<storage::Storage> whole) : whole_(std::move(whole)) {}

  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation& cancellation,
                                       storage::Deadline until) override {
    std::vector<storage::Removed> removed;
    for (const auto& folder : folders) {
      if (folder.execution == "stuck") {
        removed.push_back(
            {.files = 0, .failure = Failure{.kind = FailureKind::storage, .message = "stuck"}});
      } else {
        removed.push_back(whole_->remove({&folder, 1}, cancellation, until).front());
      }
    }
    return removed;
  }
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation& cancellation) override {
    return whole_->count(folders, cancellation);
  }
  Outcome<void> find(const storage::SearchArea& area, const storage::FolderHandler& handler,
                     const Cancellation& cancellation) override {
    const auto pass = [&](storage::FoundFolder found) {
      if (found.folder.execution == "unread") {
        found.failure = Failure{.kind = FailureKind::storage, .message = "unread"};
      }
      return handler(std::move(found));
    };
    return whole_->find(area, pass, cancellation);
  }

 private:
  const std::unique_ptr<storage::Storage> whole_;
};

TEST_P(OrphanFolders, ThatCantBeReadStayAndAreNamedWhileTheRestGoes) {
  const auto gone = add_folder("gone");
  const auto unread = add_folder("unread");
  bed_.storage = std::make_unique<StuckStorage>(scratch_.storage());
  for (const bool dry : {true, false}) {
    const auto result = bed_.run("PurgeStorage", with(kSweep, {{"dryRun", dry}}));
    ASSERT_FALSE(result) << result->dump();
    EXPECT_EQ(result.error().kind, FailureKind::storage);
    EXPECT_EQ(result.error().message, "unread; 1 folder could not be read");
    EXPECT_EQ(result.error().done.at("purgedCount"), 1);
    EXPECT_EQ(fs::exists(gone), dry);
  }
  EXPECT_TRUE(fs::exists(unread / "y"));
}

TEST_P(OrphanFolders, OfAStorageThatHoldsNothingOfTheTenantAreMissed) {
  bed_.allow_missing_files = false;
  const std::string empty = "the folder " + scratch_.base().string() + " is empty";
  EXPECT_THAT(require_result(bed_.run("PurgeStorage", kSweep))["notes"].dump(), HasSubstr(empty));
  EXPECT_THAT(bed_.host.logs(), testing::Contains(HasSubstr(empty)));
  EXPECT_THAT(require_result(bed_.plan("PurgeStorage", kSweep))["notes"].dump(), HasSubstr(empty));
  add_folder("gone");
  EXPECT_FALSE(require_result(bed_.run("PurgeStorage", kSweep)).contains("notes"));
}

TEST_P(OrphanFolders, LeaveReceiptsThatNameThoseThatStay) {
  add_folder("gone");
  const auto stuck = add_folder("stuck");
  bed_.storage = std::make_unique<StuckStorage>(std::move(bed_.storage));
  const ReceiptsFile file;
  bed_.receipts = {.file = file.path()};
  EXPECT_FALSE(bed_.run("PurgeStorage", kSweep));
  ASSERT_EQ(file.kinds(), (std::vector<std::string>{"begin", "batch", "committed", "end"}));
  const auto records = file.records();
  EXPECT_EQ(records[1]["table"], nullptr);
  EXPECT_EQ(records[1]["first"], "company/team/daily/executions/gone");
  EXPECT_EQ(records[1]["rows"], 2);
  EXPECT_EQ(records[2]["kept"], Json({"company/team/daily/executions/stuck"}));
  EXPECT_EQ(records[3]["ended"], "STORAGE");
  EXPECT_EQ(require_result(bed_.run("VerifyReceipts", {{"database", true}}))["rows"], 1);
  EXPECT_TRUE(fs::exists(stuck));
}

TEST_P(OrphanFolders, GoAndThoseOfExecutionsStay) {
  const auto alive = add_folder("alive");
  const auto gone = add_folder("gone");
  const auto files = scratch_.file("main/company/team/_files/flow/executions/gone/x");
  const auto result =
      require_result(bed_.run("io.kestra.plugin.core.storage.PurgeStorage", kSweep));
  EXPECT_EQ(result["scannedCount"], 2);
  EXPECT_EQ(result["purgedCount"], 1);
  EXPECT_EQ(result["deletedFilesCount"], 2);
  EXPECT_TRUE(fs::exists(alive / "y"));
  EXPECT_TRUE(fs::exists(files));
  EXPECT_FALSE(fs::exists(gone));
}

// Without a tenant, the folders of tenants are where namespaces are.
TEST_P(OrphanFolders, OfAnotherTenantAndOfWhatIsProtectedThereStay) {
  const auto of_main = add_folder("gone");
  const auto of_other = scratch_.file("other/company/billing/flow/executions/gone/x");
  const auto own = scratch_.file("company/team/flow/executions/gone/x");
  for (const auto& entry : fs::recursive_directory_iterator(scratch_.base())) {
    const timespec both[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    ::utimensat(AT_FDCWD, entry.path().c_str(), both, 0);
  }
  bed_.policy.tenants = {"main", std::nullopt};
  bed_.policy.protect = {"company.billing"};
  require_result(bed_.run("PurgeStorage", with(kSweep, {{"tenant", ""}})));
  EXPECT_TRUE(fs::exists(of_main));
  EXPECT_TRUE(fs::exists(of_other));
  EXPECT_FALSE(fs::exists(own));
}

TEST_P(OrphanFolders, AreOnlyCountedUnlessAskedForMore) {
  const auto gone = add_folder("gone");
  const auto result =
      require_result(bed_.run("PurgeStorage", {{"endDate", "2026-06-01T00:00:00Z"}}));
  EXPECT_EQ(result["dryRun"], true);
  EXPECT_EQ(result["purgedCount"], 1);
  EXPECT_EQ(result["filesCount"], 2);
  EXPECT_EQ(result["deletedFilesCount"], 0);
  EXPECT_TRUE(fs::exists(gone / "y"));
}

TEST_P(OrphanFolders, StayWhenTheBudgetOfThePaceIsUsed) {
  const auto gone = add_folder("gone");
  const Json pace{{"budget", "PT0.001S"}};
  const auto result = require_result(bed_.run("PurgeStorage", with(kSweep, {{"pace", pace}})));
  EXPECT_EQ(result["pace"]["budgetUsed"], true);
  EXPECT_EQ(result["purgedCount"], 0);
  EXPECT_TRUE(fs::exists(gone));
}

TEST_P(OrphanFolders, ThatAreYoungStayWhateverTheEndDate) {
  const auto young = add_folder("gone", "main/company/team/daily", std::time(nullptr) - 3'000);
  const Json parameters{
      {"endDate", "2999-01-01T00:00:00Z"}, {"dryRun", false}, {"minimumAge", 3'600}};
  EXPECT_EQ(require_result(bed_.run("PurgeStorage", parameters))["purgedCount"], 0);
  EXPECT_TRUE(fs::exists(young));
  EXPECT_EQ(require_result(
                bed_.run("PurgeStorage", with(parameters, {{"minimumAge", 60}})))["purgedCount"],
            1);
}

TEST_P(OrphanFolders, StayWhileThePolicyKeepsWhatIsAsYoung) {
  const auto young = add_folder("gone", "main/company/team/daily", std::time(nullptr) - 3'000);
  const Json parameters{{"endDate", "2999-01-01T00:00:00Z"}, {"dryRun", false}, {"minimumAge", 60}};
  bed_.policy.min_age = std::chrono::hours(1);
  EXPECT_EQ(require_result(bed_.run("PurgeStorage", parameters))["purgedCount"], 0);
  EXPECT_TRUE(fs::exists(young));
}

TEST_P(OrphanFolders, KeepToTheDates) {
  add_folder("early", "main/company/team/daily", 1'700'000'000);
  add_folder("late", "main/company/team/daily", 1'790'000'000);
  add_folder("between");
  EXPECT_EQ(
      require_result(bed_.run(
          "PurgeStorage", with(kSweep, {{"startDate", "2026-01-01T00:00:00Z"}})))["purgedCount"],
      1);
  EXPECT_TRUE(fs::exists(scratch_.base() / "main/company/team/daily/executions/early"));
  EXPECT_TRUE(fs::exists(scratch_.base() / "main/company/team/daily/executions/late"));
}

TEST_P(OrphanFolders, KeepToNamespaceFlowAndPolicy) {
  const auto flow = add_folder("g1", "main/company/team/my-flow");
  const auto other_flow = add_folder("g2", "main/company/team/daily");
  const auto below = add_folder("g3", "main/company/team/sub/my-flow");
  const auto kept = add_folder("g4", "main/company/kept/daily");
  const auto tenant = add_folder("g5", "other/company/team/daily");
  bed_.policy.protect = {"company.kept"};
  EXPECT_EQ(require_result(
                bed_.run("PurgeStorage", with(kSweep, {{"namespace", "company.team"},
                                                       {"flowId", "My_Flow"}})))["purgedCount"],
            1);
  EXPECT_FALSE(fs::exists(flow));
  EXPECT_TRUE(fs::exists(other_flow) && fs::exists(below) && fs::exists(kept) &&
              fs::exists(tenant));
  EXPECT_EQ(require_result(bed_.run("PurgeStorage", kSweep))["purgedCount"], 2);
  EXPECT_TRUE(fs::exists(kept) && fs::exists(tenant));
}

TEST_P(OrphanFolders, OfMoreExecutionsThanThePolicyAllowsAllStay) {
  add_folder("g1");
  const auto second = add_folder("g2");
  bed_.policy.max_executions = 1;
  const auto result = bed_.run("PurgeStorage", kSweep);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::limit);
  EXPECT_TRUE(fs::exists(second));
}

TEST_P(OrphanFolders, OfADatabaseWithoutAnyExecutionStay) {
  rows_.execute({rows_.deletion("executions")});
  const auto gone = add_folder("gone");
  const auto result = bed_.run("PurgeStorage", kSweep);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message,
              HasSubstr("Check that this database and this storage belong together"));
  EXPECT_TRUE(fs::exists(gone));
}

TEST_P(OrphanFolders, AreThoseOfNoTenantAtAll) {
  const auto other = add_folder("alive", "second/company/elsewhere/daily");
  bed_.policy.tenants = {"second"};
  EXPECT_EQ(require_result(bed_.run("PurgeStorage", kSweep))["purgedCount"], 0);
  EXPECT_TRUE(fs::exists(other));
}

TEST_P(OrphanFolders, ByTheThousandAllGo) {
  for (int i = 0; i < 1'100; ++i) add_folder("g" + std::to_string(i));
  const auto result = require_result(bed_.run("PurgeStorage", kSweep));
  EXPECT_EQ(result["purgedCount"], 1'100);
  EXPECT_EQ(result["deletedFilesCount"], 2'200);
}

TEST_P(OrphanFolders, NeedAStorage) {
  bed_.storage.reset();
  const auto result = bed_.run("PurgeStorage", kSweep);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::configuration);
}

TEST_P(OrphanFolders, OfAFlowNeedItsNamespace) {
  const auto result = bed_.run("PurgeStorage", with(kSweep, {{"flowId", "daily"}}));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().pointer, "/flowId");
}

TEST_P(OrphanFolders, ArePlannedWithoutTouchingAnything) {
  const auto gone = add_folder("gone");
  const auto plan = require_result(bed_.plan("PurgeStorage", kSweep));
  EXPECT_EQ(plan["selected"], 1);
  EXPECT_EQ(plan["statements"][0]["purpose"], "look for executions");
  EXPECT_TRUE(fs::exists(gone));
}

INSTANTIATE_TEST_SUITE_P(Engines, OrphanFolders, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
