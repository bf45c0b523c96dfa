// Text within a tree, and how it is written.
#include "document/json_text.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace winnow::document {
namespace {

std::string written(const Json& root) {
  std::string all;
  write_json(root, [&](std::string_view piece) { all += piece; });
  return all;
}

TEST(JsonTextTest, IsWrittenAsItStandsBesideOtherMembers) {
  ArrayText rows;
  EXPECT_EQ(written({{"rows", ArrayText().finish()}}), R"({"rows":[]})");
  rows.add(R"({"id": 1.50})");
  rows.add("null");
  EXPECT_EQ(rows.size(), 2U);
  const Json root = {{"rows", std::move(rows).finish()}, {"size", 2}, {"row", json_text("{ }")}};
  EXPECT_EQ(written(root), R"({"rows":[{"id": 1.50},null],"size":2,"row":{ }})");
  EXPECT_EQ(written({{"message", "\xff"}}), "{\"message\":\"\xef\xbf\xbd\"}");
  EXPECT_EQ(written(Json::array({1, "a"})), R"([1,"a"])");
}

}  // namespace
}  // namespace winnow::document
