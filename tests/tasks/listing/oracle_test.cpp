// Random executions, random filters, every order: the pages, the count, the first row and the
// stored file match the documents.
#include <filesystem>
#include <iostream>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tasks/listing/bed.h"
#include "tests/tasks/listing/world.h"
#include "tests/tasks/selection/filter_world.h"

namespace winnow::tests {
namespace {

constexpr int kWorlds = 3;
constexpr int kListings = 20;  // a world
constexpr int kExecutions = 70;

class ListingOracle : public ListingBed {
 protected:
  ListingOracle() : ignores_case_(on("mysql")) { bed_.policy.tenants = {"main", "other"}; }

  void expect_rows(const std::vector<Json>& documents, const Json& parameters, std::size_t size) {
    const auto expected = expected_ids(documents, parameters, "main", ignores_case_);
    EXPECT_EQ(ids_of(all_pages(bed_, "ListExecutions", parameters, size)), expected)
        << parameters.dump() << " in pages of " << size;
  }

  void expect_others(const std::vector<Json>& documents, Json parameters) {
    const auto expected = expected_ids(documents, parameters, "main", ignores_case_);
    parameters["fetchType"] = "NONE";
    auto counted = require_result(bed_.run("ListExecutions", parameters));
    for (const auto& note : counted.value("notes", Json::array())) {
      expect_nothing_in_its_state(documents, parameters, note);
    }
    counted.erase("notes");
    EXPECT_EQ(counted, (Json{{"size", expected.size()}})) << parameters.dump();
    parameters["fetchType"] = "FETCH_ONE";
    const auto first = require_result(bed_.run("ListExecutions", parameters));
    EXPECT_EQ(first["size"], expected.empty() ? 0 : 1);
    EXPECT_EQ(first.contains("row"), !expected.empty());
    if (!expected.empty()) {
      EXPECT_EQ(first["row"]["id"], expected.front()) << parameters.dump();
    }
  }

  // `RUNNING: no row in this state ...`.
  void expect_nothing_in_its_state(const std::vector<Json>& documents, Json parameters,
                                   const std::string& note) {
    parameters["states"] = {note.substr(0, note.find(':'))};
    EXPECT_TRUE(expected_ids(documents, parameters, "main", ignores_case_).empty())
        << note << " " << parameters.dump();
  }

  bool ignores_case_;
};

TEST_P(ListingOracle, AgreesOnEveryOrderDirectionAndPageSize) {
  std::mt19937_64 random(20261124);
  const auto documents = random_executions(random, kExecutions);
  insert_executions(rows_, documents);
  for (const char* order : {"startDate", "endDate", "duration", "id"}) {
    for (const char* direction : {"asc", "desc"}) {
      for (const bool deleted : {false, true}) {
        const Json parameters = {
            {"orderBy", order}, {"direction", direction}, {"deleted", deleted}};
        for (const std::size_t size : {1U, 2U, 7U, 100U}) expect_rows(documents, parameters, size);
        expect_others(documents, parameters);
      }
    }
  }
}

TEST_P(ListingOracle, AgreesOnRandomFilters) {
  const auto seed = std::random_device{}();
  std::cout << "seed " << seed << "\n";
  std::mt19937_64 random(seed);
  for (int world = 0; world < kWorlds; ++world) {
    rows_.execute({rows_.deletion("executions")});
    const auto documents = random_executions(random, kExecutions);
    insert_executions(rows_, documents);
    for (int listing = 0; listing < kListings; ++listing) {
      auto parameters = random_listing(random);
      add_filters(random, documents, parameters);
      const std::vector<std::size_t> sizes = {1, 3, 10, 100};
      expect_rows(documents, parameters, sizes[random() % sizes.size()]);
      expect_others(documents, parameters);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, ListingOracle, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
