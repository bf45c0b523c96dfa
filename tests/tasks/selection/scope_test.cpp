// What a task's parameters and the policy decide about its rows, without a database.
#include "tasks/selection/scope.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/manifests/registry.h"

namespace winnow::tests {
namespace {

using document::Json;
using tasks::AnyOf;
using tasks::Equals;
using tasks::HasLabel;
using tasks::InNamespace;
using tasks::InstantBound;
using tasks::NamespacePattern;
using tasks::OneOf;
using tasks::Policy;
using tasks::Presence;
using tasks::Scope;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const tasks::Manifest& manifest(const std::string& task) {
  static const auto registry = plugin::Registry::load({}).value();
  return (*registry.find(task))->manifest;
}

Outcome<Scope> scope_of(const std::string& task, Json parameters, const Policy& policy = {}) {
  parameters.emplace("endDate", "2026-02-01T02:00:00+02:00");
  return tasks::read_scope(manifest(task), parameters, policy);
}

Policy policy_of(std::vector<std::optional<std::string>> tenants) {
  Policy policy;
  policy.tenants = std::move(tenants);
  policy.allow = {"a.**"};
  policy.protect = {"a.b"};
  return policy;
}

// The conditions of one type.
template <class T>
std::vector<T> all(const Scope& scope) {
  std::vector<T> found;
  for (const auto& condition : scope.conditions) {
    if (const auto* one = std::get_if<T>(&condition)) found.push_back(*one);
  }
  return found;
}

TEST(Scope, HasTheInstantThatADateMeans) {
  const auto bounds = all<InstantBound>(scope_of("PurgeExecutions", Json::object()).value());
  ASSERT_EQ(bounds.size(), 1U);
  EXPECT_EQ(bounds[0].column, "end_date");
  EXPECT_EQ(bounds[0].comparison, database::Comparison::at_or_before);
  EXPECT_EQ(document::to_text(bounds[0].instant), "2026-02-01T00:00:00.000000Z");
}

TEST(Scope, MeansANamespaceAndAllBelowItUnlessAFlowIsGiven) {
  const auto wide = scope_of("PurgeExecutions", {{"namespace", "a"}}).value();
  EXPECT_FALSE(all<InNamespace>(wide).at(0).exact);
  const auto exact = scope_of("PurgeExecutions", {{"namespace", "a"}, {"flowId", "f"}}).value();
  EXPECT_TRUE(all<InNamespace>(exact).at(0).exact);
  EXPECT_EQ(all<Equals>(exact).at(0).value, "f");
}

TEST(Scope, HasTheTerminalStatesWhereNoneIsNamed) {
  const auto none_named = scope_of("PurgeExecutions", Json::object()).value();
  EXPECT_EQ(all<AnyOf>(none_named).at(0).values.size(), 8U);
  const auto named = scope_of("PurgeExecutions", {{"states", {"PAUSED"}}}).value();
  EXPECT_THAT(all<AnyOf>(named).at(0).values, ElementsAre("PAUSED"));
}

TEST(Scope, KeepsLogsOfExecutionsOrOfTriggersOnlyWhereASwitchIsOff) {
  const Json both{{"purgeExecutionLogs", true}, {"purgeNonExecutionLogs", true}};
  EXPECT_THAT(all<Presence>(scope_of("PurgeLogs", both).value()), IsEmpty());
  const Json triggers{{"purgeExecutionLogs", false}};
  EXPECT_FALSE(all<Presence>(scope_of("PurgeLogs", triggers).value()).at(0).has_value);
  const Json executions{{"purgeNonExecutionLogs", false}};
  EXPECT_TRUE(all<Presence>(scope_of("PurgeLogs", executions).value()).at(0).has_value);
}

TEST(Scope, CountsRowsMarkedDeletedForAPurgeAndForAListingThatAsks) {
  EXPECT_TRUE(scope_of("PurgeExecutions", Json::object())->with_deleted);
  EXPECT_FALSE(scope_of("ListExecutions", {{"deleted", false}})->with_deleted);
  EXPECT_TRUE(scope_of("ListExecutions", {{"deleted", true}})->with_deleted);
}

TEST(Scope, IsNarrowedByThePolicy) {
  const auto policy = policy_of({std::nullopt, "main"});
  const auto purge = scope_of("PurgeExecutions", Json::object(), policy).value();
  EXPECT_EQ(purge.tenant, std::nullopt);
  const auto by_name =
      scope_of("PurgeExecutions", {{"tenant", ""}}, policy_of({"main", std::nullopt}));
  EXPECT_EQ(by_name->tenant, std::nullopt);
  EXPECT_THAT(purge.allow, ElementsAre("a.**"));
  EXPECT_THAT(purge.protect, ElementsAre("a.b"));
  const auto listing = scope_of("ListExecutions", {{"tenant", "main"}}, policy).value();
  EXPECT_EQ(listing.tenant, "main");
  EXPECT_THAT(listing.protect, IsEmpty());
}

TEST(Scope, IsRefusedWithThePlaceOfTheParameter) {
  const auto policy = policy_of({"main"});
  struct Refusal {
    Json parameters;
    FailureKind kind;
    const char* pointer;
    const char* message;
  };
  for (const auto& refusal : std::vector<Refusal>{
           {{{"endDate", "yesterday"}}, FailureKind::invalid_parameter, "/endDate", "date"},
           {{{"tenant", "other"}}, FailureKind::denied, "/tenant", "policy.tenant"},
           {{{"tenant", ""}}, FailureKind::denied, "/tenant", "null is not among"},
           {{{"namespace", "b"}}, FailureKind::denied, "/namespace", "policy.allow"},
           {{{"namespace", "a.b.c"}}, FailureKind::denied, "/namespace", "policy.protect"},
           {{{"namespace", {"a.c", "b"}}}, FailureKind::denied, "/namespace", "policy.allow"},
           {{{"namespace", "a.b.c.**"}}, FailureKind::denied, "/namespace", "policy.protect"},
           {{{"namespace", "a**"}}, FailureKind::invalid_parameter, "/namespace", "alone between"},
           {{{"flowId", {{"not", "x**"}}}}, FailureKind::invalid_parameter, "/flowId", "alone"},
           {{{"namespace", "!company.x"}},
            FailureKind::invalid_parameter,
            "/namespace",
            "{not: company.x}"},
           {{{"namespace", "{{ inputs.x }}"}},
            FailureKind::invalid_parameter,
            "/namespace",
            "an expression"},
           {{{"flowId", "!keep"}}, FailureKind::invalid_parameter, "/flowId", "{not: keep}"},
           {{{"executionId", {{"not", "a,b"}}}},
            FailureKind::invalid_parameter,
            "/executionId",
            "[a, b]"},
           {{{"kind", "TSET"}}, FailureKind::invalid_parameter, "/kind", "did you mean"}}) {
    const auto refused = scope_of("PurgeExecutions", refusal.parameters, policy);
    ASSERT_FALSE(refused) << refusal.parameters;
    EXPECT_EQ(refused.error().kind, refusal.kind);
    EXPECT_EQ(refused.error().pointer, refusal.pointer);
    EXPECT_THAT(refused.error().message, HasSubstr(refusal.message));
  }
}

TEST(Scope, TakesListsPatternsAndNegationsOfNames) {
  const auto several =
      scope_of("PurgeExecutions", {{"namespace", {"a", "b.*"}}, {"flowId", "load_*"}}).value();
  const auto ones = all<OneOf>(several);
  ASSERT_EQ(ones.size(), 2U);
  EXPECT_THAT(ones[0].values, ElementsAre("a"));  // exactly, with a flow
  EXPECT_EQ(ones[1].patterns.at(0).text(), "load_*");
  const auto wide = all<OneOf>(scope_of("PurgeLogs", {{"namespace", {{"not", "a"}}}}).value());
  EXPECT_EQ(wide.at(0).patterns.at(0).text(), "a.**");
  EXPECT_TRUE(wide.at(0).negated);
  const auto plain = scope_of("PurgeExecutions", {{"triggerId", "daily"}}).value();
  EXPECT_EQ(all<OneOf>(plain).at(0).values.at(0), "daily");
}

TEST(Scope, TakesLabelsKindsAndIdsOfExecutions) {
  const auto scope = scope_of("ListExecutions", {{"labels", {{"env", "prod"}, {"year", 2026}}},
                                                 {"kind", {{"not", "TEST"}}},
                                                 {"executionId", {"x", "a*"}}})
                         .value();
  EXPECT_EQ(all<HasLabel>(scope).size(), 2U);
  const auto ones = all<OneOf>(scope);
  ASSERT_EQ(ones.size(), 2U);
  EXPECT_THAT(ones[0].values, ElementsAre("x", "a*"));
  EXPECT_EQ(ones[1].when_missing, "NORMAL");
}

TEST(NamespacePattern, MeansItselfOneLevelOrAllBelow) {
  struct Match {
    const char* pattern;
    std::vector<std::string> matching;
    std::vector<std::string> others;
  };
  for (const auto& [pattern, matching, others] :
       std::vector<Match>{{"a", {"a"}, {"a.b", "ab", ""}},
                          {"a.*", {"a.b", "a.c"}, {"a", "a.b.c", "ab.c"}},
                          {"a.**", {"a", "a.b", "a.b.c"}, {"ab", "b.a"}},
                          {"**", {"a", "a.b", "x"}, {}}}) {
    for (const auto& name_space : matching) {
      EXPECT_TRUE(NamespacePattern(pattern).matches(name_space)) << pattern << " " << name_space;
    }
    for (const auto& name_space : others) {
      EXPECT_FALSE(NamespacePattern(pattern).matches(name_space)) << pattern << " " << name_space;
    }
  }
}

}  // namespace
}  // namespace winnow::tests
