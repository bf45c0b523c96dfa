// Properties of every retention policy according to the oracle: winnow is checked against the
// oracle, so the oracle is checked too.
#include <algorithm>
#include <iostream>

#include <gtest/gtest.h>

#include "tests/tasks/retention/rules.h"

namespace winnow::tests {
namespace {

using std::chrono::hours;

Json execution(const std::string& id, const std::string& end,
               const std::string& state = "SUCCESS") {
  return {{"id", id},
          {"tenantId", "main"},
          {"namespace", "company.team"},
          {"flowId", "daily"},
          {"deleted", false},
          {"state", {{"current", state}, {"startDate", end}, {"endDate", end}}}};
}

Json random_executions(std::mt19937_64& random) {
  static const std::vector<std::string> states{"SUCCESS", "FAILED", "PAUSED", "WARNING"};
  static const std::vector<std::string> namespaces{"company", "company.team", "company.team.sub"};
  const auto middle = *document::parse_instant("2026-03-10T12:00:00Z");
  Json all = Json::array();
  for (int i = 0; i < 30; ++i) {
    const auto end = document::to_text(middle - hours(random() % 2'000));
    all.push_back(execution("e" + std::to_string(i), end, states[random() % states.size()]));
    all.back()["namespace"] = namespaces[random() % namespaces.size()];
    adorn(all.back(), random);
  }
  return all;
}

class RetentionProperties : public testing::Test {
 protected:
  RetentionProperties() : seed_(std::random_device{}()), random_(seed_) {
    std::cout << "seed " << seed_ << "\n";
  }
  std::uint64_t seed_;
  std::mt19937_64 random_;
};

TEST_F(RetentionProperties, ALaterNowNeverKeepsMore) {
  for (int i = 0; i < 500; ++i) {
    const auto executions = random_executions(random_);
    auto moment = random_moment(random_);
    const auto earlier = executions_that_go(executions, moment);
    moment.now += hours(random_() % 1'000);
    const auto later = executions_that_go(executions, moment);
    ASSERT_TRUE(std::includes(later.begin(), later.end(), earlier.begin(), earlier.end()))
        << moment.policy;
  }
}

TEST_F(RetentionProperties, AHoldIsAbsolute) {
  for (int i = 0; i < 500; ++i) {
    const auto executions = random_executions(random_);
    auto moment = random_moment(random_);
    moment.now += hours(100'000);
    auto& rules = moment.policy["rules"];
    rules.insert(rules.begin(),
                 Json{{"match", {{"namespace", "company.team.**"}}}, {"keep", "forever"}});
    const auto going = executions_that_go(executions, moment);
    for (const auto& each : executions) {
      if (each["namespace"] == "company") continue;
      ASSERT_FALSE(going.contains(each["id"].get<std::string>())) << moment.policy;
    }
  }
}

TEST_F(RetentionProperties, TiesOfTheLastAreBrokenByTheKey) {
  const std::string end = "2026-01-01T00:00:00.000001Z";
  const Json executions{execution("b", end), execution("a", end), execution("c", end),
                        execution("d", "2026-01-01T00:00:00.000000Z")};
  const Moment moment{.policy = {{"otherwise", {{"keep", {{"last", 2}}}}}},
                      .tenant = "main",
                      .now = *document::parse_instant("2026-03-10T12:00:00Z")};
  EXPECT_EQ(executions_that_go(executions, moment), (std::set<std::string>{"a", "d"}));
}

}  // namespace
}  // namespace winnow::tests
