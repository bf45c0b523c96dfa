// The result on stdout.
#include "hosts/cli/console/result.h"

#include <gtest/gtest.h>

namespace winnow::cli {
namespace {

TEST(Result, PutsInWhatTheLibraryWroteAsItIs) {
  Result result;
  EXPECT_EQ(result.text(false), "{}");
  result.add("a", std::string_view(R"({"n":1.50,"n":2})"));
  result.add("\"b\"", document::Json{{"c", nullptr}});
  EXPECT_EQ(result.text(false), R"({"a":{"n":1.50,"n":2},"\"b\"":{"c":null}})");
}

TEST(Result, TakesTheMembersOfAWholeObject) {
  for (const char* object : {"{}", "{ }", "{\"x\": [1, 2]}"}) {
    Result result(object);
    EXPECT_EQ(result.text(false), object);
    result.add("error", document::Json(5));
    EXPECT_EQ(document::Json::parse(result.text(false))["error"], 5) << object;
  }
}

TEST(Result, IsIndentedForPeople) {
  EXPECT_EQ(Result(R"({"x":[1]})").text(true), "{\n  \"x\": [\n    1\n  ]\n}");
}

}  // namespace
}  // namespace winnow::cli
