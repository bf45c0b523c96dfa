// JSON that a program wrote.
#include "document/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::document {
namespace {

using testing::HasSubstr;

TEST(JsonTest, KeepsTheOrderOfKeysAndTheirLines) {
  const auto document = parse_json("{\n \"b\": 1,\n \"a\": [\n  2\n ]\n}", "p").value();
  EXPECT_EQ(document.value.dump(), R"({"b":1,"a":[2]})");
  EXPECT_EQ(document.lines.at("/b"), 2);
  EXPECT_EQ(document.lines.at("/a"), 3);
  EXPECT_EQ(document.lines.at("/a/0"), 4);
}

TEST(JsonTest, NamesTheKeyThatStandsTwice) {
  const auto failure = parse_json("{\"a\": {\"b\": 1, \"b\": 2}}", "p").error();
  EXPECT_EQ(failure.pointer, "/a/b");
  EXPECT_EQ(failure.message, "p:1: the key \"b\" stands here twice");
}

TEST(JsonTest, AnIntegerBeyond64BitsIsNone) {
  EXPECT_TRUE(parse_json("9223372036854775807", "p").value().value.is_number_integer());
  EXPECT_TRUE(parse_json("9223372036854775808", "p").value().value.is_number_float());
  EXPECT_TRUE(parse_json("-9223372036854775808", "p").value().value.is_number_integer());
}

TEST(JsonTest, RefusesWhatIsNotJson) {
  for (const auto* text :
       {"",         " ",        "{",       "}",           "{]",    "[1,]",    "{\"a\":1,}",
        "{a:1}",    "{'a':1}",  "nul",     "01",          "1.",    ".5",      "+1",
        "1e999",    "NaN",      "\"\\x\"", "\"\\ud800\"", "[1] 2", "// c\n1", "\"a\nb\"",
        "\"\x01\"", "\xef\xbb", "[1 2]",   "{\"a\" 1}",   "{1:2}"}) {
    const auto document = parse_json(text, "p");
    ASSERT_FALSE(document.has_value()) << text;
    EXPECT_EQ(document.error().kind, FailureKind::configuration);
  }
}

TEST(JsonTest, SaysTheLineAndNotTheText) {
  EXPECT_EQ(parse_json("{\n\"password\": hunter2}", "p").error().message, "p:2: this is not JSON");
}

TEST(JsonTest, RefusesDeepNesting) {
  EXPECT_THAT(parse_json(std::string(5'000'000, '['), "p").error().message,
              HasSubstr("deeper than 100 levels"));
}

}  // namespace
}  // namespace winnow::document
