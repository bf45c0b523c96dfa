// The small operations on strings that the whole tree shares.
#include "document/strings.h"

#include <unistd.h>

#include <gtest/gtest.h>

#include "document/text_file.h"
#include "document/utf8.h"

namespace winnow::document {
namespace {

TEST(Strings, AreTrimmedOfWhiteSpaceOrOfWhatIsNamed) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(trimmed("\"a\"", "\""), "a");
}

TEST(Strings, LowerCaseIsAsciiAlone) {
  EXPECT_EQ(lower("AZ az 09 @[ \xc3\x84"), "az az 09 @[ \xc3\x84");
  EXPECT_EQ(upper('a'), 'A');
  EXPECT_EQ(upper('{'), '{');
}

TEST(Strings, ANumberIsTheWholeString) {
  EXPECT_EQ(number_of<int>("12"), 12);
  EXPECT_EQ(number_of<int>("-12"), -12);
  EXPECT_EQ(number_of<int>("ff", 16), 255);
  EXPECT_EQ(number_of<double>("1.5"), 1.5);
  for (const auto* text : {"", " 1", "1 ", "1x", "+1", "x"}) {
    EXPECT_EQ(number_of<int>(text), std::nullopt) << text;
  }
  EXPECT_EQ(number_of<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(number_of<std::uint16_t>("-1"), std::nullopt);
}

TEST(Strings, HexadecimalDigitsAreOfEitherCase) {
  EXPECT_EQ(hex_digit('9'), 9);
  EXPECT_EQ(hex_digit('f'), 15);
  EXPECT_EQ(hex_digit('A'), 10);
  EXPECT_EQ(hex_digit('g'), std::nullopt);
}

TEST(Strings, AreWrittenWholeAndAClosedDescriptorIsAFailure) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  EXPECT_TRUE(write_all(ends[1], "abc"));
  char read[4] = {};
  EXPECT_EQ(::read(ends[0], read, 3), 3);
  EXPECT_STREQ(read, "abc");
  ::close(ends[0]);
  ::close(ends[1]);
  EXPECT_FALSE(write_all(ends[1], "abc"));
}

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable("caf\u00e9 'x' 100%"), "caf\u00e9 'x' 100%");
}

TEST(Printable, EscapesWhatIsNoTextOrWouldBreakTheLine) {
  EXPECT_EQ(printable("a\nb\x1b[31m"), "a\\x0ab\\x1b[31m");
  EXPECT_EQ(printable("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xc2\x85"), "\\xc2\\x85");             // a control character of two bytes
  EXPECT_EQ(printable("a\u202egpj"), "a\\xe2\\x80\\xaegpj");  // from right to left
  EXPECT_EQ(printable("\u2028"), "\\xe2\\x80\\xa8");          // ends a line
  EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");    // half of a surrogate pair
}

}  // namespace
}  // namespace winnow::document
