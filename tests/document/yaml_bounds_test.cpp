// Texts made to use up memory or stack are refused before they do.
#include <algorithm>
#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/json.h"
#include "document/yaml.h"

namespace winnow::document {
namespace {

using testing::HasSubstr;

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

std::string refusal(std::string_view text) {
  const auto document = parse_yaml(text, "t.yaml");
  return document ? "accepted" : document.error().message;
}

TEST(YamlBoundsTest, TakesAHundredLevelsAndNotOneMore) {
  EXPECT_EQ(refusal("a: " + repeated("[", 99) + repeated("]", 99)), "accepted");
  EXPECT_THAT(refusal("a: " + repeated("[", 100) + repeated("]", 100)),
              HasSubstr("deeper than 100 levels"));
  EXPECT_EQ(refusal(repeated("[", 100) + repeated("]", 100)), "accepted");
  EXPECT_THAT(refusal(repeated("[", 101) + repeated("]", 101)),
              HasSubstr("deeper than 100 levels"));
  EXPECT_THAT(refusal(repeated("- ", 101)), HasSubstr("deeper than 100 levels"));
}

TEST(YamlBoundsTest, RefusesDeepNestingWithoutUsingTheStackUp) {
  for (const auto* part :
       {"[", "{", "- ", "? ", "[{a: ", "{\"a\":", "[\n", "{a: \n", "a: [", "!!seq [", "&a ["}) {
    EXPECT_NE(refusal("x: " + repeated(part, 200'000)), "accepted") << part;
    EXPECT_NE(refusal(repeated(part, 200'000)), "accepted") << part;
  }
}

TEST(YamlBoundsTest, RefusesAliasesThatMultiply) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    const auto before = std::to_string(i - 1);
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [" +
              repeated("*a" + before + ", ", 9) + "*a" + before + "]\n";
  }
  EXPECT_THAT(refusal(laughs), HasSubstr("more than 100,000 values"));
}

TEST(YamlBoundsTest, RefusesAliasesThatGrowDeep) {
  std::string deep = "a0: &a0 [x]\n";
  for (int i = 1; i < 200; ++i) {
    deep += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) +
            "]\n";
  }
  EXPECT_THAT(refusal(deep), HasSubstr("deeper than 100 levels"));
}

TEST(YamlBoundsTest, RefusesTooManyValues) {
  EXPECT_EQ(refusal("[" + repeated("1,", 99'998) + "1]"), "accepted");
  EXPECT_THAT(refusal("[" + repeated("1,", 99'999) + "1]"), HasSubstr("more than 100,000 values"));
  EXPECT_THAT(refusal(repeated("- 1\n", 100'000)), HasSubstr("more than 100,000 values"));
}

TEST(YamlBoundsTest, RefusesLongKeysAboveManyValues) {
  EXPECT_THAT(refusal("{\"" + std::string(1'000'000, 'k') + "\": [" + repeated("1,", 1000) + "1]}"),
              HasSubstr("keys too long"));
}

TEST(YamlBoundsTest, ManyKeysOfOneObjectAreNotSearchedFromTheFirstEachTime) {
  std::string keys;
  for (int i = 0; i < 90'000; ++i) keys += "k" + std::to_string(i) + ": 1\n";
  EXPECT_EQ(refusal(keys), "accepted");  // a quadratic search would run into the test's time limit
}

TEST(YamlBoundsTest, RefusesLargeTexts) {
  EXPECT_EQ(refusal("a: " + std::string(1024 * 1024 - 3, 'x')), "accepted");
  EXPECT_THAT(refusal("a: " + std::string(1024 * 1024 - 2, 'x')), HasSubstr("larger than 1 MiB"));
  EXPECT_EQ(refusal("[\"" + std::string(10 * 1024 * 1024 - 4, 'x') + "\"]"), "accepted");
  EXPECT_THAT(refusal("[\"" + std::string(10 * 1024 * 1024 - 3, 'x') + "\"]"),
              HasSubstr("larger than 10 MiB"));
}

// Any bytes give a result; under the sanitizers this finds reads beyond the text.
TEST(YamlBoundsTest, AnswersAnyText) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);  // NOLINT(cert-msc51-cpp): seeded above
  const std::vector<std::string> parts{
      "a",   "b",  ":",  ": ", "- ",      "\n", "  ",   "[",        "]", "{",      "}", ",",
      "&x ", "*x", "\"", "'",  "|",       ">",  "?",    "? ",       "!", "!!str ", "%", "---\n",
      "...", "#",  "\t", "\\", "\\u00e9", "1",  "null", "\xc3\xa9", "~", "@",      "`"};
  std::uniform_int_distribution<std::size_t> pick(0, parts.size() - 1);
  std::uniform_int_distribution<int> length(0, 40);
  for (int i = 0; i < 5000; ++i) {
    std::string text;
    for (int left = length(random); left > 0; --left) text += parts[pick(random)];
    SCOPED_TRACE(text);
    const auto document = parse_yaml(text, "t.yaml");
    if (!document) {
      EXPECT_THAT(document.error().message, HasSubstr("t.yaml:"));
    }
    (void)parse_json(text, "t.json");
  }
}

}  // namespace
}  // namespace winnow::document
