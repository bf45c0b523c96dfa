// The operator's file of retention rules: one fixture per possible mistake; its first line is the
// expected message.
#include <map>
#include <regex>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/duration.h"
#include "plugin/builtin/schemas.h"
#include "plugin/configuration/configuration.h"
#include "tasks/retention/policy.h"
#include "tests/plugin/fixtures.h"

namespace winnow::plugin {
namespace {

class WrongRetention : public FixtureTest {};

TEST_P(WrongRetention, IsRefusedWithFileLineAndReason) {
  const auto read = read_configuration("retention: " + file_);

  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().kind, FailureKind::configuration);
  EXPECT_EQ(read.error().pointer, "/retention");
  EXPECT_THAT(read.error().message,
              testing::StartsWith("configuration:1: /retention: " + file_ + ":" + expected_));
  // What it hints at can be written.
  std::smatch hint;
  if (std::regex_search(read.error().message, hint, std::regex("did you mean (P\\w+)"))) {
    EXPECT_TRUE(document::parse_duration(hint[1].str())) << read.error().message;
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, WrongRetention, testing::ValuesIn(fixtures_in("retention")),
                         fixture_name);

class Retention : public Scratch {};

// The policy of docs/retention.md.
constexpr std::string_view kWhole = R"(
rules:
  - match: {namespace: company.billing.**}
    keep: forever
  - match: {namespace: company.dev.**, states: [SUCCESS]}
    keep: {age: P7D, last: 20}
  - match: {states: [FAILED], labels: {env: prod, team: [a, b], x: {not: y}}, kind: TEST, trigger: daily, tenant: main}
    keep: {age: P90D}
  - match: {states: [RUNNING], flowId: {not: [a, "b_*"]}}
    keep: {age: P180D, from: START}
otherwise: {keep: {age: P30D}}
logs:
  - match: {levels: [DEBUG, TRACE]}
    keep: {age: P3D}
metrics:
  - match: {namespace: "**"}
    keep: {age: P3D}
)";

TEST_F(Retention, IsReadFromAFileOfTheConfiguration) {
  const auto read = read_configuration("retention: " + write("retention.yaml", kWhole));
  ASSERT_TRUE(read) << read.error().message;
  const auto& policy = *read->policy.retention;
  ASSERT_EQ(policy.rules.size(), 5U);
  EXPECT_TRUE(policy.rules[0].keep.forever());
  EXPECT_EQ(policy.rules[1].keep.last, 20);
  EXPECT_EQ(policy.rules[1].keep.age, std::chrono::days(7));
  EXPECT_EQ(policy.rules[1].match.name_space->values, std::vector<std::string>{"company.dev.**"});
  EXPECT_TRUE(policy.rules[2].match.labels.at("x").negated);
  EXPECT_EQ(policy.rules[2].match.labels.at("team").values, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(policy.rules[3].keep.from, tasks::CountedFrom::start);
  EXPECT_EQ(policy.rules[4].pointer, "/otherwise");
  EXPECT_EQ(policy.logs.size(), 1U);
  EXPECT_EQ(policy.metrics.size(), 1U);
}

TEST_F(Retention, OfAFileThatIsNotThereIsRefusedWithItsName) {
  const auto read = read_configuration("retention: " + folder() + "/none.yaml");
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, testing::HasSubstr(folder() + "/none.yaml"));
}

TEST_F(Retention, OnesRulesThatShareSomethingAloneAreAllowed) {
  const auto read = read_configuration("retention: " + write("retention.yaml", R"(
rules:
  - match: {namespace: company.*, states: [FAILED]}
    keep: {age: P3D}
  - match: {namespace: company.**}
    keep: {age: P2D}
  - match: {namespace: {not: company}, labels: {env: prod}}
    keep: {age: P2D}
  - match: {namespace: [other, "com*"]}
    keep: {age: P1D}
)"));
  EXPECT_TRUE(read) << read.error().message;
}

// As people write YAML: shared parts, the line ends of Windows, names of all kinds.
TEST_F(Retention, IsReadWithWhatYamlHas) {
  std::string text = R"(rules:
  - match: &team {namespace: "company.büro 😀.**", states: SUCCESS}
    keep: &month {age: P30D}
  - match: {<<: *team, states: [FAILED], labels: {"größe %_": "it's \"100%\""}}
    keep: {<<: *month, last: 3}
otherwise: {keep: *month}
)";
  for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 2)) {
    text.replace(at, 1, "\r\n");
  }
  const auto windows = read_configuration("retention: " + write("retention.yaml", text));
  ASSERT_TRUE(windows) << windows.error().message;
  const auto& rules = windows->policy.retention->rules;
  ASSERT_EQ(rules.size(), 3U);
  EXPECT_EQ(rules[1].match.name_space->values, std::vector<std::string>{"company.büro 😀.**"});
  EXPECT_EQ(rules[1].match.states->values, std::vector<std::string>{"FAILED"});
  EXPECT_EQ(rules[1].match.labels.at("größe %_").values, std::vector<std::string>{"it's \"100%\""});
  EXPECT_EQ(rules[1].keep.last, 3);
  EXPECT_EQ(rules[2].keep.age, std::chrono::days(30));
  const auto wrong = write("retention.yaml", text + "logs:\r\n  - match: {levels: LOUD}\r\n");
  EXPECT_THAT(read_configuration("retention: " + wrong).error().message,
              testing::HasSubstr("retention.yaml:8: /logs/0: needs `keep`"));
}

TEST_F(Retention, HasSoManyRulesAndNoMore) {
  std::string text = "rules:\n";
  for (int i = 0; i < 500; ++i) {
    text += "  - {match: {flowId: f" + std::to_string(i) + "}, keep: {age: P1D}}\n";
  }
  EXPECT_TRUE(read_configuration("retention: " + write("retention.yaml", text)));
  text += "  - {match: {flowId: last}, keep: {age: P1D}}\n";
  const auto read = read_configuration("retention: " + write("retention.yaml", text));
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message,
              testing::HasSubstr("retention.yaml:1: /rules: has more than 500 rules"));
}

// The schema for hosts and editors matches what is read.
TEST_F(Retention, HasItsFieldsAndTheirValuesInItsSchemaToo) {
  const auto schema = builtin_schema("retention.schema.json");
  for (const auto& [list, rows] :
       std::map<std::string, tasks::RowsOf>{{"rules", tasks::RowsOf::executions},
                                            {"logs", tasks::RowsOf::logs},
                                            {"metrics", tasks::RowsOf::metrics}}) {
    auto told = schema["properties"][list]["items"]["properties"]["match"]["properties"];
    EXPECT_EQ(told.erase("labels"), rows == tasks::RowsOf::executions ? 1U : 0U);
    for (const auto& field : tasks::rule_fields()) {
      if (field.only && field.only != rows) continue;
      ASSERT_TRUE(told.contains(field.name)) << list << ' ' << field.name;
      const auto& one = told[field.name]["anyOf"][0];
      const auto known = one.value("enum", std::set<std::string>());
      EXPECT_EQ(known, std::set<std::string>(field.known.begin(), field.known.end())) << field.name;
      told.erase(field.name);
    }
    EXPECT_TRUE(told.empty()) << list << ' ' << told;
  }
}

TEST_F(Retention, WithoutAMinimumAgeThatCanBeReadIsRefused) {
  const auto read = read_configuration("policy: {min-age: 7 days}");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().pointer, "/policy/min-age");
  EXPECT_EQ(read_configuration("policy: {min-age: P7D}")->policy.min_age, std::chrono::days(7));
}

}  // namespace
}  // namespace winnow::plugin
