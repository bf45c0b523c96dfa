// Names with wildcards: what a pattern matches, and what it is to a database.
#include "document/name_pattern.h"

#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::document {
namespace {

struct Case {
  const char* pattern;
  std::vector<std::string> matching;
  std::vector<std::string> others;
};

const std::vector<Case> kCases{
    {"a.b", {"a.b"}, {"a", "a.b.c", "A.b", "a.B", "aXb"}},
    {"a.*", {"a.b", "a."}, {"a", "a.b.c", "ab"}},
    {"*", {"a", "company", ""}, {"a.b"}},
    {"load_*", {"load_", "load_data"}, {"load", "loadXdata", "load_a.b", "Load_data"}},
    {"*_daily", {"x_daily", "_daily"}, {"daily", "a.x_daily"}},
    {"a*b*c", {"abc", "aXbYc", "abbcc", "abcbc"}, {"ab", "acb", "a.bc"}},
    {"company.billing.**",
     {"company.billing", "company.billing.x", "company.billing.x.y"},
     {"company.billingx", "company", "xcompany.billing", "company.Billing.x"}},
    {"**", {"a", "a.b.c", ""}, {}},
    {"**.tmp", {"tmp", "a.tmp", "a.b.tmp"}, {"atmp", "a.tmp.b"}},
    {"**.tmp.**", {"tmp", "a.tmp", "tmp.a", "a.b.tmp.c.d"}, {"a.tmpx", "xtmp"}},
    {"a.**.z", {"a.z", "a.b.z", "a.b.c.z"}, {"az", "a.b", "a.b.zz", "z"}},
    {"a.**.**.z", {"a.z", "a.b.z"}, {"a"}},
    {"a.*.**", {"a.b", "a.b.c"}, {"a", "b.a"}},
    {"a.*x.**", {"a.x", "a.bx.c.d"}, {"a", "a.b.x"}},
    {"a+(b)|[c]\\$.*", {"a+(b)|[c]\\$.x"}, {"aab.x"}},
    {"caf\u00e9.*", {"caf\u00e9.x"}, {"cafe.x", "caf\u00c9.x"}},
    {"100%.*", {"100%.x"}, {"1000.x"}},
};

TEST(NamePattern, MatchesWordForWord) {
  for (const auto& [text, matching, others] : kCases) {
    const NamePattern pattern(text);
    for (const auto& name : matching) EXPECT_TRUE(pattern.matches(name)) << text << " " << name;
    for (const auto& name : others) EXPECT_FALSE(pattern.matches(name)) << text << " " << name;
  }
}

TEST(NamePattern, IsTheSameAsARegularExpression) {
  for (const auto& [text, matching, others] : kCases) {
    const std::regex regex(NamePattern(text).regex());
    for (const auto& name : matching) EXPECT_TRUE(std::regex_match(name, regex)) << text << name;
    for (const auto& name : others) EXPECT_FALSE(std::regex_match(name, regex)) << text << name;
  }
}

TEST(NamePattern, HasThePrefixThatEveryMatchBeginsWith) {
  EXPECT_EQ(NamePattern("company.billing.**").prefix(), "company.billing");
  EXPECT_EQ(NamePattern("company.*").prefix(), "company.");
  EXPECT_EQ(NamePattern("load_*").prefix(), "load_");
  EXPECT_EQ(NamePattern("a.**.z").prefix(), "a");
  EXPECT_EQ(NamePattern("**.tmp").prefix(), "");
  EXPECT_EQ(NamePattern("a.b").prefix(), "a.b");
}

TEST(NamePattern, TakesTwoStarsForWholeWordsOnly) {
  EXPECT_TRUE(NamePattern::mistake("a**"));
  EXPECT_TRUE(NamePattern::mistake("a.b**.c"));
  EXPECT_TRUE(NamePattern::mistake("***"));
  EXPECT_FALSE(NamePattern::mistake("a.**"));
  EXPECT_FALSE(NamePattern::mistake("**"));
  EXPECT_FALSE(NamePattern::mistake("a.*b*"));
}

TEST(NamePattern, ExcludesNothingAndIsOneName) {
  EXPECT_THAT(NamePattern::mistake("!a.**").value_or(""), testing::HasSubstr("{not: a.**}"));
  EXPECT_TRUE(NamePattern::mistake("a,b"));
  EXPECT_FALSE(NamePattern::mistake("a!"));
}

// A pattern of a flow's author must not keep a processor busy.
TEST(NamePattern, OfManyStarsTakesNoLongerThanTheProductOfBothSizes) {
  std::string stars;
  for (int i = 0; i < 50; ++i) stars += "*a";
  EXPECT_FALSE(NamePattern(stars + "b").matches(std::string(1'000, 'a')));
}

}  // namespace
}  // namespace winnow::document
