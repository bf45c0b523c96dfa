// Suggestions, pointers and the cutting of texts.
#include "document/nearest.h"

#include <gtest/gtest.h>

#include "document/pointer.h"
#include "document/utf8.h"

namespace winnow::document {
namespace {

const std::vector<std::string> kNames{"namespace", "flowId", "startDate", "endDate", "size"};

TEST(NearestTest, FindsASlipOfTheHand) {
  EXPECT_EQ(nearest("enddate", kNames), "endDate");
  EXPECT_EQ(nearest("endDat", kNames), "endDate");
  EXPECT_EQ(nearest("flow_id", kNames), "flowId");
  EXPECT_EQ(nearest("namespaces", kNames), "namespace");
  EXPECT_EQ(nearest("siez", kNames), "size");
  EXPECT_EQ(nearest("sizes", kNames), "size");
}

TEST(NearestTest, SuggestsNothingFarAway) {
  EXPECT_EQ(nearest("retention", kNames), std::nullopt);
  EXPECT_EQ(nearest("seiz", kNames), std::nullopt);  // two letters of four are no slip
  EXPECT_EQ(nearest("", kNames), std::nullopt);
  EXPECT_EQ(nearest("x", {}), std::nullopt);
  EXPECT_EQ(nearest(std::string(100'000, 'a'), kNames), std::nullopt);
  EXPECT_EQ(did_you_mean("retention", kNames), "");
}

TEST(PointerTest, EscapesWhatWouldMeanAnotherPlace) {
  EXPECT_EQ(pointer_to("", "a/b~c"), "/a~1b~0c");
  EXPECT_EQ(pointer_to("/a", std::size_t{3}), "/a/3");
  EXPECT_EQ(parent_of("/a/3"), "/a");
  EXPECT_EQ(parent_of("/a"), "");
  EXPECT_EQ(parent_of(""), "");
}

TEST(Utf8Test, TellsWellFormedTextFromTheRest) {
  for (const std::string_view good :
       {"", "abc", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
  for (const std::string_view bad :
       {"\x80", "\xc3", "a\xc3", "\xc3(", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff", "\xe2\x82", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(is_utf8(bad));
  }
}

TEST(Utf8Test, NeverCutsACharacterInHalf) {
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "abc...");
  EXPECT_EQ(shortened("a\xe2\x82\xac", 3), "a...");
  EXPECT_EQ(shortened("\xe2\x82\xac", 0), "...");
}

}  // namespace
}  // namespace winnow::document
