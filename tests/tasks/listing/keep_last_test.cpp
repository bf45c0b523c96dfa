// keepLast of a listing: what such a purge would delete. Random listings have it too
// (oracle_test.cpp).
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/listing/bed.h"
#include "tests/tasks/listing/world.h"
#include "tests/tasks/many_executions.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class ListingWithoutTheNewest : public ListingBed {
 protected:
  Json run(const Json& parameters) {
    return require_result(bed_.run("ListExecutions", parameters));
  }
  // Three flows, each with an execution a day.
  void add_days(int days) {
    std::vector<Json> documents;
    for (const std::string flow : {"daily", "hourly", "weekly"}) {
      for (int day = 1; day <= days; ++day) {
        const auto two = (day < 10 ? "0" : "") + std::to_string(day);
        auto id = flow;
        id += two;
        documents.push_back(execution_document(id, "2026-01-" + two + "T00:00:00.000000Z"));
        documents.back()["flowId"] = flow;
      }
    }
    insert_executions(rows_, documents);
  }
};

TEST_P(ListingWithoutTheNewest, ListsWhatAPurgeWithTheSameFiltersTakes) {
  add_days(4);
  const Json filters{{"keepLast", 2}, {"endDate", "2026-01-03T12:00:00Z"}};
  const auto listed = ids_of(run(filters)["rows"]);
  EXPECT_THAT(listed, UnorderedElementsAre("daily01", "daily02", "hourly01", "hourly02", "weekly01",
                                           "weekly02"));
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", filters))["executionsCount"], listed.size());
  const auto left = rows_.keys("executions");
  for (const auto& id : listed) EXPECT_FALSE(left.contains(id)) << id;
}

// Three rows per flow, one of them marked deleted. The other tenant has a flow of fifty, and one
// row in a hundred has not ended. The benchmark has as many on the servers.
TEST_P(ListingWithoutTheNewest, IsTakenOfTenThousandFlowsByAPolicy) {
  if (GetParam().name != "sqlite") GTEST_SKIP() << "bench/cases/retention.py";
  fill_executions(*connection_, 30'000, 10'000);
  constexpr int kFlows = 10'000 - 200 - 100;
  const Json policy{{"otherwise", {{"keep", {{"last", 1}}}}}};
  EXPECT_EQ(require_result(bed_.run("ApplyRetention", policy))["executionsCount"], 2 * kFlows);
  EXPECT_EQ(rows_.keys("executions").size(), 30'000U - 2 * kFlows);
  EXPECT_EQ(run({{"keepLast", 1}, {"deleted", true}, {"fetchType", "NONE"}})["size"], 0);
}

TEST_P(ListingWithoutTheNewest, LeavesOutWhatNeverEnded) {
  add_days(2);
  auto running = execution_document("running", "2026-01-05T00:00:00.000000Z");
  running["state"].erase("endDate");
  running["state"]["current"] = "RUNNING";
  insert_executions(rows_, {running});
  EXPECT_THAT(ids_of(run({{"keepLast", 1}, {"flowId", "daily"}})["rows"]), ElementsAre("daily01"));
}

TEST_P(ListingWithoutTheNewest, PagesCountsAndStoresTheSameRows) {
  add_days(9);
  const Json parameters{{"keepLast", 5}, {"columns", {"id", "endDate"}}, {"direction", "asc"}};
  const auto all = all_pages(bed_, "ListExecutions", parameters, 5);
  EXPECT_EQ(all.size(), 12U);
  EXPECT_EQ(all_pages(bed_, "ListExecutions", parameters, 100), all);
  auto counting = parameters;
  counting["fetchType"] = "NONE";
  EXPECT_EQ(run(counting)["size"], 12);
  counting["fetchType"] = "STORE";
  EXPECT_EQ(run(counting)["size"], 12);
}

TEST_P(ListingWithoutTheNewest, KeepsTheNewestByTheirEndAlone) {
  const auto refused =
      bed_.run("ListExecutions",
               {{"keepLast", 2}, {"endDate", "2026-01-03T12:00:00Z"}, {"dateFilter", "START"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(refused.error().pointer, "/keepLast");
}

TEST_P(ListingWithoutTheNewest, PlansALookupOfEachFlowByItsIndex) {
  add_days(2);
  for (const char* fetch : {"FETCH", "NONE"}) {
    const auto plan =
        require_result(bed_.plan("ListExecutions", {{"keepLast", 2}, {"fetchType", fetch}}));
    std::vector<std::string> purposes;
    for (const auto& statement : plan["statements"]) {
      purposes.push_back(statement["purpose"]);
      EXPECT_FALSE(statement.contains("missingIndex")) << statement.dump();
    }
    EXPECT_THAT(purposes, Contains("page"));
    EXPECT_THAT(purposes, Contains("look for the newest of a flow"));
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ListingWithoutTheNewest, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
