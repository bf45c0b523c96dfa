// withChildren of a listing: families as a purge deletes them. Random families are also listed
// before each random purge (purge/families_test.cpp), and random listings have the parameter too.
#include <filesystem>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/listing/world.h"
#include "tests/tasks/purge/family_bed.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;

class ListingOfFamilies : public FamilyBed {
 protected:
  Json list(const Json& more = Json::object()) {
    return require_result(bed_.run("ListExecutions", with(kFamilies, more)));
  }
};

TEST_P(ListingOfFamilies, ShowsTheChildrenOfEachRoot) {
  auto other = begun_by("child", execution("grandchild", "FAILED"));
  other["namespace"] = "company.other";
  other["flowId"] = "load";
  other["deleted"] = true;
  add({execution("root"), begun_by("root", execution("child")), other, execution("alone")});
  const auto result = list({{"columns", {"id"}}, {"orderBy", "id"}, {"direction", "desc"}});
  const Json child{{"id", "child"},
                   {"parentId", "root"},
                   {"namespace", "company.team"},
                   {"flowId", "daily"},
                   {"state", "SUCCESS"}};
  const Json grandchild{{"id", "grandchild"},
                        {"parentId", "child"},
                        {"namespace", "company.other"},
                        {"flowId", "load"},
                        {"state", "FAILED"}};
  EXPECT_EQ(result["rows"], Json({{{"id", "root"},
                                   {"children", {child, grandchild}},
                                   {"childrenCount", 2},
                                   {"stays", nullptr}},
                                  {{"id", "alone"},
                                   {"children", Json::array()},
                                   {"childrenCount", 0},
                                   {"stays", nullptr}}}));
  EXPECT_EQ(result["size"], 2);
}

TEST_P(ListingOfFamilies, SaysWhatKeepsAFamily) {
  add({execution("running", "RUNNING"), execution("late", "SUCCESS", kLate), execution("root"),
       begun_by("root", execution("child", "RUNNING"))});
  bed_.policy.protect = {"company.held"};
  auto held = begun_by("guarded", execution("held"));
  held["namespace"] = "company.held";
  add({execution("guarded"), held});
  std::map<std::string, Json> stays;
  auto parameters = kFamilies;
  parameters.erase("endDate");
  for (const auto& row : all_pages(bed_, "ListExecutions", parameters, 2)) {
    stays[row["id"]] = row["stays"];
  }
  EXPECT_EQ(stays["running"], "it is RUNNING");
  EXPECT_EQ(stays["late"], nullptr);
  EXPECT_EQ(stays["root"], R"(its subflow execution "child" is RUNNING)");
  EXPECT_EQ(
      stays["guarded"],
      R"(its subflow execution "held" is newer than the date up to which executions go, or the policy keeps it)");
  bed_.policy.min_age = std::chrono::hours(24 * 365 * 100);
  for (const auto& row : list()["rows"]) EXPECT_NE(row["stays"], nullptr) << row.dump();
}

TEST_P(ListingOfFamilies, CountsChildrenThatThePolicyHidesAndThoseBeyondTheFirst) {
  std::vector<Json> family{execution("root")};
  for (int i = 100; i < 221; ++i) {
    family.push_back(begun_by("root", execution("c" + std::to_string(i))));
    if (i < 110) family.back()["namespace"] = "company.secret";
  }
  add(family);
  bed_.policy.allow = {"company.team"};
  const auto row = list()["rows"][0];
  EXPECT_EQ(row["childrenCount"], 121);
  EXPECT_EQ(row["stays"], "one of its subflow executions stays");
  ASSERT_EQ(row["children"].size(), 100U);
  EXPECT_EQ(row["children"][0]["id"], "c110");
  EXPECT_EQ(row["children"][99]["id"], "c209");
}

TEST_P(ListingOfFamilies, NameNoParentThatThePolicyHides) {
  auto hidden = begun_by("root", execution("hidden"));
  hidden["namespace"] = "company.secret";
  add({execution("root"), hidden, begun_by("hidden", execution("grandchild"))});
  bed_.policy.allow = {"company.team"};
  const auto row = list()["rows"][0];
  ASSERT_EQ(row["children"].size(), 1U);
  EXPECT_EQ(row["children"][0]["id"], "grandchild");
  EXPECT_EQ(row["children"][0]["parentId"], nullptr);
}

TEST_P(ListingOfFamilies, GivesTheSameByEveryFetchType) {
  std::vector<Json> documents;
  for (int i = 10; i < 19; ++i) {
    const auto id = std::to_string(i);
    documents.push_back(execution("r" + id));
    documents.push_back(begun_by("r" + id, execution("a" + id)));
    documents.push_back(begun_by("a" + id, execution("z" + id)));
  }
  add(documents);
  const auto all = all_pages(bed_, "ListExecutions", kFamilies, 100);
  EXPECT_EQ(all.size(), 9U);
  EXPECT_EQ(all_pages(bed_, "ListExecutions", kFamilies, 2), all);
  EXPECT_EQ(list({{"fetchType", "FETCH_ONE"}})["row"], all.front());
  EXPECT_EQ(list({{"fetchType", "NONE"}})["size"], 9);
  const auto stored = list({{"fetchType", "STORE"}});
  EXPECT_EQ(stored["size"], 9);
  const auto path = stored["uri"].get<std::string>().substr(std::string("file://").size());
  std::ifstream file(path);
  std::string line;
  for (const auto& row : all) {
    ASSERT_TRUE(std::getline(file, line));
    EXPECT_EQ(Json::parse(line), row);
  }
  std::filesystem::remove(path);
}

TEST_P(ListingOfFamilies, PlansItsLookupsByTheirIndexes) {
  for (const char* fetch : {"FETCH", "NONE"}) {
    const auto plan =
        require_result(bed_.plan("ListExecutions", with(kFamilies, {{"fetchType", fetch}})));
    std::vector<std::string> purposes;
    for (const auto& statement : plan["statements"]) {
      purposes.push_back(statement["purpose"]);
      EXPECT_FALSE(statement.contains("missingIndex")) << statement.dump();
    }
    EXPECT_THAT(purposes, Contains("page"));
    EXPECT_THAT(purposes, Contains("look for parents of rows of executions"));
    const std::string children =
        "look for children of rows of executions, trigger_execution_id, deleted = true";
    if (fetch == std::string("FETCH")) {
      EXPECT_THAT(purposes, Contains(children));
    } else {
      EXPECT_THAT(purposes, Not(Contains(children)));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ListingOfFamilies, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
