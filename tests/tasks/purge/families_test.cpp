// withChildren: executions are deleted with their subflow executions, or the whole family stays.
#include <algorithm>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/listing/world.h"
#include "tests/tasks/purge/family_bed.h"
#include "tests/tasks/receipts/receipts_file.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class PurgeOfFamilies : public FamilyBed {
 protected:
  Json purge(const Json& more = Json::object()) {
    return require_result(bed_.run("PurgeExecutions", with(kFamilies, more)));
  }
  // No run deletes the family, and what is reported about it.
  void expect_stays(const std::string& reason, std::size_t rows = 3) {
    const auto dry = purge({{"dryRun", true}});
    EXPECT_EQ(dry["executionsCount"], 0);
    EXPECT_THAT(dry.value("skipped", Json()).dump(), HasSubstr(reason));
    const auto result = purge();
    EXPECT_EQ(result["executionsCount"], 0);
    EXPECT_EQ(result["skippedCount"], dry["skippedCount"]);
    EXPECT_THAT(result.value("skipped", Json()).dump(), HasSubstr(reason));
    EXPECT_EQ(rows_.keys("executions").size(), rows);
    EXPECT_EQ(rows_.keys("logs").size(), rows);
  }
};

TEST_P(PurgeOfFamilies, TakesTheChildrenWithAllThatBelongsToThem) {
  add_family();
  add({execution("alone")});
  EXPECT_EQ(require_result(bed_.plan("PurgeExecutions", kFamilies))["selected"], 4);
  EXPECT_EQ(purge({{"dryRun", true}})["executionsCount"], 4);
  const auto result = purge();
  EXPECT_EQ(result["executionsCount"], 4);
  EXPECT_EQ(result["logsCount"], 4);
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

TEST_P(PurgeOfFamilies, TakesChildrenThatTheFiltersDontMatch) {
  auto child = begun_by("root", execution("child", "FAILED"), kForEachItem);
  child["namespace"] = "company.other";
  child["flowId"] = "load";
  child["deleted"] = true;
  add({execution("root"), child});
  EXPECT_EQ(purge({{"states", {"SUCCESS"}}})["executionsCount"], 2);
  EXPECT_THAT(rows_.keys("executions"), IsEmpty());
}

TEST_P(PurgeOfFamilies, WithoutTheParameterTakesEachExecutionByItself) {
  add({execution("root", "RUNNING"), begun_by("root", execution("child"))});
  EXPECT_EQ(purge({{"withChildren", false}})["executionsCount"], 1);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("root"));
}

TEST_P(PurgeOfFamilies, LeavesWhatAFlowTriggerBeganToItself) {
  add({execution("cause"), begun_by("cause", execution("effect", "RUNNING"), kFlowTrigger)});
  EXPECT_EQ(purge()["executionsCount"], 1);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("effect"));
}

TEST_P(PurgeOfFamilies, KeepsAFamilyOfWhichOneStillRuns) {
  add({execution("root"), begun_by("root", execution("child")),
       begun_by("child", execution("grandchild", "RUNNING"))});
  expect_stays(R"("key":"root","reason":"its subflow execution \"grandchild\" is RUNNING")");
}

TEST_P(PurgeOfFamilies, KeepsAFamilyOfWhichOneIsTooYoung) {
  add({execution("root"), begun_by("root", execution("child", "SUCCESS", kLate))});
  expect_stays(R"(its subflow execution \"child\" is newer than the date)", 2);
}

TEST_P(PurgeOfFamilies, KeepsAFamilyThatThePolicyProtectsInPart) {
  auto child = begun_by("root", execution("child"));
  child["namespace"] = "company.held";
  add({execution("root"), child});
  bed_.policy.protect = {"company.held"};
  expect_stays(R"("key":"root")", 2);
}

TEST_P(PurgeOfFamilies, KeepsAFamilyOfWhichKeepLastKeepsOne) {
  auto child = begun_by("root", execution("child"));
  child["flowId"] = "load";
  add({execution("root"), child, execution("newer", "SUCCESS", "2026-01-02T00:00:00.000000Z")});
  const auto result = purge({{"keepLast", 1}});
  EXPECT_EQ(result["executionsCount"], 0);
  EXPECT_THAT(result.value("skipped", Json()).dump(),
              HasSubstr(R"(keepLast keeps its subflow execution)"));
  EXPECT_EQ(rows_.keys("executions").size(), 3U);
}

TEST_P(PurgeOfFamilies, KeepsAChildWhoseParentIsNotSelected) {
  auto parent = execution("parent");
  parent["namespace"] = "company.other";
  add({parent, begun_by("parent", execution("child"))});
  expect_stays(R"(it belongs to the family of \"parent\", which is not selected)", 2);
}

TEST_P(PurgeOfFamilies, TakesAChildWhoseParentIsGoneOrOfAnotherTenant) {
  auto parent = execution("parent");
  parent["tenantId"] = "other";
  add({begun_by("gone", execution("orphan")), parent, begun_by("parent", execution("child"))});
  EXPECT_EQ(purge()["executionsCount"], 2);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("parent"));
}

TEST_P(PurgeOfFamilies, NamesExecutionsThatDescendFromThemselves) {
  add({begun_by("b", execution("a")), begun_by("a", execution("b")),
       begun_by("self", execution("self"))});
  expect_stays("it descends from itself");
}

TEST_P(PurgeOfFamilies, TakesADeepFamilyInOneTransaction) {
  if (GetParam().schema_version != "1.1")
    GTEST_SKIP() << "four thousand statements, once per engine";
  add_chain(1'000);
  const auto result = purge({{"batchSize", 1'000}});
  EXPECT_EQ(result["executionsCount"], 1'000);
  EXPECT_EQ(result["batches"], 1);
  EXPECT_EQ(result["skippedCount"], 0);
}

TEST_P(PurgeOfFamilies, TakesIterationsOfALoopByTheirParent) {
  if (GetParam().schema_version != "2.0") GTEST_SKIP() << "Kestra has loops from 2.0 on";
  // It has its parent's trigger too. A replay names the execution that it repeats, and is no child.
  auto iteration = begun_by("caller", execution("iteration"));
  iteration["kind"] = "LOOP";
  iteration["parentId"] = "root";
  auto replay = execution("replay", "RUNNING");
  replay["parentId"] = "root";
  add({execution("caller"), begun_by("caller", execution("root")), iteration, replay});
  EXPECT_EQ(purge()["executionsCount"], 3);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("replay"));
}

TEST_P(PurgeOfFamilies, KeepsAFamilyOfWhichAnotherSessionHoldsAChild) {
  if (!is_server()) GTEST_SKIP() << "a SQLite transaction locks the whole database";
  add_family();
  add({execution("alone")});
  const auto other = holder("executions", "grandchild");
  auto settings = database_.settings();
  settings.lock_timeout_ms = 50;
  TaskBed bed(settings);
  bed.policy = bed_.policy;
  const auto result = require_result(bed.run("PurgeExecutions", kFamilies));
  require(other->rollback());
  EXPECT_EQ(result["executionsCount"], 1);
  EXPECT_EQ(result["skippedCount"], 3);
  // The child is passed over, and not waited for.
  EXPECT_EQ(result["retries"], 0);
  EXPECT_EQ(result.value("skipped", Json()).dump(),
            R"([{"key":"root","reason":"another session holds it or one of its family"}])");
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("root", "child", "grandchild"));
  EXPECT_EQ(purge()["executionsCount"], 3);
}

// Two families are read together; the second is read again after the first one is deleted. Their
// children are not among the selected rows, which are read together in the size of a batch.
TEST_P(PurgeOfFamilies, KeepsAFamilyThatComesAliveBeforeItsTransaction) {
  const auto child = [](const std::string& parent, const std::string& state = "SUCCESS") {
    auto document = begun_by(parent, execution(parent + "1", state));
    document["namespace"] = "company.other";
    return document;
  };
  for (const bool restarts : {true, false}) {
    rows_.execute({rows_.deletion("executions"), rows_.deletion("logs")});
    add({execution("a"), child("a"), execution("b"), child("b")});
    bool changed = false;
    bed_.host.on_event = [&](const Json& event) {
      if (!event.contains("batch") || std::exchange(changed, true)) return;
      const std::string id = rows_.keys("executions").contains("a") ? "a" : "b";
      if (restarts) replace(id + "1", child(id, "RUNNING"));
      if (!restarts) add({begun_by(id + "1", execution("new", "RUNNING"))});
    };
    const auto result = purge({{"batchSize", 2}});
    EXPECT_EQ(result["executionsCount"], 2);
    EXPECT_THAT(result.value("skipped", Json()).dump(), HasSubstr("is RUNNING"));
    EXPECT_EQ(rows_.keys("executions").size(), restarts ? 2U : 3U);
  }
}

// A family larger than a batch is deleted in several transactions, its root in the last one.
TEST_P(PurgeOfFamilies, ThatIsCutOffInAFamilyLeavesItsRoot) {
  add_chain(10);
  bed_.host.on_event = [&](const Json& event) {
    if (event.contains("batch")) bed_.cancellation.request();
  };
  ASSERT_FALSE(bed_.run("PurgeExecutions", with(kFamilies, {{"batchSize", 4}})));
  const auto left = rows_.keys("executions");
  ASSERT_LT(left.size(), 10U);
  ASSERT_FALSE(left.empty());
  for (std::size_t i = 0; i < left.size(); ++i) EXPECT_TRUE(left.contains("c" + std::to_string(i)));
  TaskBed again(database_.settings());
  again.policy = bed_.policy;
  const auto rest = require_result(again.run("PurgeExecutions", kFamilies));
  EXPECT_EQ(rest["executionsCount"], left.size());
  EXPECT_THAT(rows_.keys("logs"), IsEmpty());
}

// Files of one execution stay, or take two transactions.
class StorageThatKeeps : public storage::Storage {
 public:
  StorageThatKeeps(std::string execution, bool slow)
      : execution_(std::move(execution)), slow_(slow) {}

  std::vector<storage::Removed> remove(std::span<const storage::ExecutionFolder> folders,
                                       const Cancellation&, storage::Deadline) override {
    std::vector<storage::Removed> removed;
    for (const auto& folder : folders) {
      const bool stays = folder.execution == execution_ && !(slow_ && std::exchange(seen_, true));
      auto& each = removed.emplace_back(storage::Removed{.files = 1, .unfinished = stays && slow_});
      if (stays && !slow_) {
        each.failure = Failure{.kind = FailureKind::storage, .message = "its file stays"};
      }
    }
    return removed;
  }
  std::vector<storage::Removed> count(std::span<const storage::ExecutionFolder> folders,
                                      const Cancellation&) override {
    return std::vector<storage::Removed>(folders.size());
  }

 private:
  std::string execution_;
  bool slow_;
  bool seen_ = false;
};

TEST_P(PurgeOfFamilies, KeepsAFamilyOfWhichTheFilesOfOneStay) {
  add_family();
  add({execution("alone")});
  bed_.storage = std::make_unique<StorageThatKeeps>("child", false);
  const auto result = bed_.run("PurgeExecutions", kFamilies);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, FailureKind::storage);
  EXPECT_EQ(result.error().done["executionsCount"], 1);
  EXPECT_EQ(result.error().done["skippedCount"], 3);
  EXPECT_THAT(rows_.keys("executions"), UnorderedElementsAre("root", "child", "grandchild"));
  EXPECT_EQ(rows_.keys("logs").size(), 3U);
  // Files that take long keep the family for the next transaction.
  bed_.storage = std::make_unique<StorageThatKeeps>("child", true);
  add({execution("other")});
  std::vector<std::size_t> left;
  bed_.host.on_event = [&](const Json&) { left.push_back(rows_.keys("executions").size()); };
  EXPECT_EQ(purge()["executionsCount"], 4);
  EXPECT_EQ(left, (std::vector<std::size_t>{3, 0}));
}

TEST_P(PurgeOfFamilies, CountsChildrenAgainstTheCaps) {
  add_family();
  // Not only by the batch, which looks again: before the first of them.
  for (const bool dry_run : {true, false}) {
    const auto refused =
        bed_.run("PurgeExecutions", with(kFamilies, {{"maxRows", 2}, {"dryRun", dry_run}}));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FailureKind::limit);
    EXPECT_THAT(refused.error().message, HasSubstr("nothing was deleted"));
    EXPECT_EQ(rows_.keys("executions").size(), 3U);
  }
  EXPECT_EQ(purge({{"maxRows", 3}})["executionsCount"], 3);
}

TEST_P(PurgeOfFamilies, HoldsToAPlanOfFamiliesAlone) {
  add_family();
  const std::string id = require_result(bed_.plan("PurgeExecutions", kFamilies))["planId"];
  auto other = with(kFamilies, {{"expectPlan", id}, {"withChildren", false}});
  EXPECT_FALSE(bed_.run("PurgeExecutions", other));
  EXPECT_EQ(purge({{"expectPlan", id}})["executionsCount"], 3);
}

TEST_P(PurgeOfFamilies, ListsChildrenInItsReceipts) {
  const ReceiptsFile file;
  bed_.receipts = tasks::ReceiptSettings{.file = file.path(), .full_keys = true};
  add_family();
  purge();
  EXPECT_EQ(file.records()[1]["keys"], Json({"child", "grandchild", "root"}));
  EXPECT_EQ(require_result(bed_.run("VerifyReceipts", {{"database", true}}))["valid"], true);
}

TEST_P(PurgeOfFamilies, NeedsTheExecutionsToGo) {
  const auto refused = bed_.run("PurgeExecutions", with(kFamilies, {{"purgeExecution", false}}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(refused.error().pointer, "/withChildren");
}

TEST_P(PurgeOfFamilies, PlansItsLookupsByTheirIndexes) {
  std::vector<std::string> purposes;
  const auto plan = require_result(bed_.plan("PurgeExecutions", kFamilies));
  for (const auto& statement : plan["statements"]) {
    purposes.push_back(statement["purpose"]);
    EXPECT_FALSE(statement.contains("missingIndex")) << statement.dump();
  }
  EXPECT_THAT(purposes, Contains("look for parents of rows of executions"));
  EXPECT_THAT(purposes, Contains("look for children of rows of executions, trigger_execution_id, "
                                 "deleted = false"));
  EXPECT_THAT(purposes, Contains("lock children in executions"));
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeOfFamilies, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

// --- An oracle that reads documents alone ---

class FamilyOracle : public PurgeOfFamilies {
 protected:
  using Documents = std::map<std::string, Json>;

  Documents random_documents(std::mt19937_64& random) const {
    const auto pick = [&](const std::vector<std::string>& of) { return of[random() % of.size()]; };
    Documents documents;
    const auto count = 2 + random() % 14;
    for (std::size_t i = 0; i < count; ++i) {
      auto document =
          execution("e" + std::to_string(i),
                    pick({"SUCCESS", "SUCCESS", "SUCCESS", "FAILED", "PAUSED", "RUNNING"}),
                    pick({kEnd, kEnd, "2026-01-05T00:00:00.000000Z", kLate}));
      document["namespace"] =
          pick({"company.team", "company.team", "company.other", "company.held"});
      document["flowId"] = pick({"daily", "load"});
      document["deleted"] = random() % 6 == 0;
      if (random() % 12 == 0) document["tenantId"] = "other";
      if (random() % 3 != 0) {
        // Mostly an earlier one; at times a circle.
        const auto parent = random() % (random() % 10 == 0 ? count : std::max<std::size_t>(i, 1));
        document = begun_by("e" + std::to_string(parent), document,
                            pick({kSubflow, kSubflow, kForEachItem, kFlowTrigger}));
      }
      if (GetParam().schema_version == "2.0" && random() % 4 == 0) {
        document["parentId"] = "e" + std::to_string(random() % std::max<std::size_t>(i, 1));
        if (random() % 2 == 0) document["kind"] = "LOOP";
      }
      documents[document["id"]] = document;
    }
    return documents;
  }

  static std::string parent_of(const Json& document) {
    if (document.value("kind", "") == "LOOP") return document["parentId"];
    if (!document.contains("trigger") || document["trigger"]["type"] == kFlowTrigger) return {};
    return document["trigger"]["variables"]["executionId"];
  }
  static bool is_old(const Json& document) {
    return document["state"].value("endDate", kLate) != kLate;
  }
  static bool may_go(const Json& document) {
    const auto& state = document["state"]["current"];
    return is_old(document) && (state == "SUCCESS" || state == "FAILED") &&
           document["namespace"] != "company.held";
  }
  static bool matches(const Json& document) {
    const auto& state = document["state"]["current"];
    return document["namespace"] == "company.team" && (state == "SUCCESS" || state == "FAILED");
  }

  static std::set<std::string> newest(const Documents& documents, int last) {
    std::map<std::string, std::set<std::pair<std::string, std::string>>> flows;
    for (const auto& [id, document] : documents) {
      if (document["deleted"] == true || !matches(document)) continue;
      flows[document["flowId"]].emplace(document["state"]["endDate"], id);
    }
    std::set<std::string> kept;
    for (const auto& [flow, ended] : flows) {
      auto at = ended.rbegin();
      for (int i = 0; i < last && at != ended.rend(); ++i, ++at) kept.insert(at->second);
    }
    return kept;
  }

  // Ids of the descendants of each root that the filters select, and whether a purge deletes them.
  struct Listed {
    std::set<std::string> children;
    bool goes = false;
    bool operator==(const Listed&) const = default;
  };
  struct Expected {
    std::set<std::string> gone;
    std::size_t skipped = 0;
    std::map<std::string, Listed> roots;
  };
  static Expected expected(Documents documents, int last) {
    std::erase_if(documents, [](const auto& each) { return each.second["tenantId"] == "other"; });
    const auto kept = newest(documents, last);
    const auto picked = [&](const std::string& id) {
      return matches(documents[id]) && may_go(documents[id]) && !kept.contains(id);
    };
    Expected result;
    for (const auto& [id, document] : documents) {
      if (documents.contains(parent_of(document)) || !picked(id)) continue;
      std::set<std::string> family{id};
      for (bool grown = true; std::exchange(grown, false);) {
        for (const auto& [other, child] : documents) {
          if (family.contains(parent_of(child))) grown = family.insert(other).second || grown;
        }
      }
      const bool goes = std::all_of(family.begin(), family.end(), [&](const auto& member) {
        return may_go(documents[member]) && !kept.contains(member);
      });
      auto children = family;
      children.erase(id);
      result.roots[id] = {std::move(children), goes};
      if (goes) result.gone.merge(family);
    }
    for (const auto& [id, document] : documents) {
      if (picked(id) && !result.gone.contains(id)) ++result.skipped;
    }
    return result;
  }

  std::map<std::string, Listed> listed(Json parameters) {
    parameters.erase("batchSize");
    parameters["deleted"] = true;
    parameters["states"] = {"SUCCESS", "FAILED"};
    std::map<std::string, Listed> roots;
    for (const auto& row : all_pages(bed_, "ListExecutions", parameters, 3)) {
      auto& root = roots[row["id"]];
      for (const auto& child : row["children"]) root.children.insert(child["id"]);
      EXPECT_EQ(row["childrenCount"], row["children"].size());
      root.goes = row["stays"].is_null();
    }
    parameters["fetchType"] = "NONE";
    EXPECT_EQ(require_result(bed_.run("ListExecutions", parameters))["size"], roots.size());
    return roots;
  }
};

TEST_P(FamilyOracle, AgreesOnRandomFamilies) {
  constexpr int kCases = 40;
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  bed_.policy.protect = {"company.held"};
  for (int i = 0; i < kCases; ++i) {
    rows_.execute({rows_.deletion("executions"), rows_.deletion("logs")});
    const auto documents = random_documents(random);
    std::vector<Json> all;
    for (const auto& [id, document] : documents) all.push_back(document);
    add(all);
    const int last = static_cast<int>(random() % 3);
    Json more{{"batchSize", 1 + random() % 5}};
    if (last > 0) more["keepLast"] = last;
    bed_.connections = static_cast<std::int32_t>(1 + random() % 2);
    const auto wanted = expected(documents, last);
    SCOPED_TRACE("case " + std::to_string(i) + " " + more.dump() + " " + Json(all).dump());
    ASSERT_EQ(require_result(bed_.plan("PurgeExecutions", with(kFamilies, more)))["selected"],
              wanted.gone.size());
    ASSERT_EQ(listed(with(kFamilies, more)), wanted.roots);
    const auto dry = purge(with(more, {{"dryRun", true}}));
    ASSERT_EQ(dry["executionsCount"], wanted.gone.size());
    ASSERT_EQ(dry["skippedCount"], wanted.skipped) << dry.dump();
    const auto result = purge(more);
    ASSERT_EQ(result["executionsCount"], wanted.gone.size());
    ASSERT_EQ(result["logsCount"], wanted.gone.size());
    ASSERT_EQ(result["skippedCount"], wanted.skipped) << result.dump();
    std::set<std::string> left;
    for (const auto& [id, document] : documents) {
      if (!wanted.gone.contains(id)) left.insert(id);
    }
    ASSERT_EQ(rows_.keys("executions"), left);
    ASSERT_EQ(rows_.keys("logs"), left);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, FamilyOracle, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
