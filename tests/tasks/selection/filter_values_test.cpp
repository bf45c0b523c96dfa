// The forms of a filter's value, and how each wrong one is refused.
#include "tasks/selection/filter_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::tests {
namespace {

using tasks::HasLabel;
using tasks::Json;
using tasks::OneOf;
using tasks::Wildcards;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Outcome<OneOf> read(const Json& value, Wildcards wildcards = Wildcards::read) {
  return tasks::read_one_of({.column = "namespace"}, value, "/namespace", wildcards);
}

TEST(FilterValues, AreAValueAListOrANegation) {
  const auto one = read("a").value();
  EXPECT_THAT(one.values, ElementsAre("a"));
  EXPECT_FALSE(one.negated);
  EXPECT_THAT(read({"a", "b"})->values, ElementsAre("a", "b"));
  const auto negated = read({{"not", {"a", "b"}}}).value();
  EXPECT_THAT(negated.values, ElementsAre("a", "b"));
  EXPECT_TRUE(negated.negated);
  EXPECT_TRUE(read({{"not", "a"}})->negated);
}

TEST(FilterValues, ArePatternsWhereTheyHaveWildcards) {
  const auto one = read({"a", "b.**"}).value();
  EXPECT_THAT(one.values, ElementsAre("a"));
  ASSERT_EQ(one.patterns.size(), 1U);
  EXPECT_EQ(one.patterns[0].text(), "b.**");
  const auto plain = read("b.**", Wildcards::none).value();
  EXPECT_THAT(plain.values, ElementsAre("b.**"));
  EXPECT_THAT(plain.patterns, IsEmpty());
}

TEST(FilterValues, AreRefusedAtTheirPlace) {
  struct Wrong {
    Json value;
    const char* pointer;
    const char* message;
  };
  for (const auto& [value, pointer, message] :
       std::vector<Wrong>{{"", "/namespace", "not empty"},
                          {nullptr, "/namespace", "a string"},
                          {1.5, "/namespace", "quotes"},
                          {Json::array(), "/namespace", "one value at least"},
                          {{"a", ""}, "/namespace/1", "not empty"},
                          {{"a.**", "!a.b"}, "/namespace", "{not: a.b}"},
                          {"!a.**", "/namespace", "{not: a.**}"},
                          {{{"not", "a, b"}}, "/namespace", "[a, b]"},
                          {{{"not", "{{ x }}"}}, "/namespace/not", "is an expression"},
                          {{"a", {{"not", "b"}}}, "/namespace/1", "a string"},
                          {Json::object(), "/namespace", "{not: ...}"},
                          {{{"nto", "a"}}, "/namespace", "{not: ...}"},
                          {{{"not", "a"}, {"or", "b"}}, "/namespace", "{not: ...}"},
                          {{{"not", {{"not", "a"}}}}, "/namespace", "{not: ...}"},
                          {{{"not", Json::array()}}, "/namespace/not", "one value at least"},
                          {"a**", "/namespace", "alone between dots"},
                          {{{"not", {"x", "a.**b"}}}, "/namespace", "alone between dots"}}) {
    const auto refused = read(value);
    ASSERT_FALSE(refused) << value;
    EXPECT_EQ(refused.error().kind, FailureKind::invalid_parameter);
    EXPECT_EQ(refused.error().pointer, pointer) << value;
    EXPECT_THAT(refused.error().message, HasSubstr(message)) << value;
  }
}

TEST(FilterValues, OfLabelsAreAConditionForEachKey) {
  const auto conditions =
      tasks::read_labels(
          {{"env", "prod"}, {"team", {"a", "b"}}, {"tier", {{"not", "trial"}}}, {"year", 2026}},
          "/labels")
          .value();
  ASSERT_EQ(conditions.size(), 4U);
  const auto& tier = std::get<HasLabel>(conditions[2]);
  EXPECT_EQ(tier.key, "tier");
  EXPECT_TRUE(tier.negated);
  EXPECT_THAT(std::get<HasLabel>(conditions[1]).values, ElementsAre("a", "b"));
  EXPECT_THAT(std::get<HasLabel>(conditions[3]).values, ElementsAre("2026"));
  EXPECT_EQ(tasks::read_labels({{"a/b", Json::array()}}, "/labels").error().pointer,
            "/labels/a~1b");
  EXPECT_EQ(tasks::read_labels(Json::array(), "/labels").error().pointer, "/labels");
  for (const Json& labels :
       {Json{{"{{ vars.key }}", {{"not", "prod"}}}}, Json{{"env", {{"not", "{{ x }}"}}}}}) {
    const auto refused = tasks::read_labels(labels, "/labels");
    ASSERT_FALSE(refused) << labels;
    EXPECT_THAT(refused.error().message, HasSubstr("is an expression"));
  }
}

}  // namespace
}  // namespace winnow::tests
