// Every text that a server may send becomes JSON, one line a row.
#include "tasks/listing/rows.h"

#include <gtest/gtest.h>

namespace winnow::tasks {
namespace {

using database::ColumnType;

std::string json(ColumnType type, std::optional<std::string_view> text) {
  std::string out = ">";
  append_json(out, type, text);
  return out.substr(1);
}

TEST(ListingRow, LeavesNumbersAndBooleansUnquoted) {
  EXPECT_EQ(json(ColumnType::integer, "-12"), "-12");
  EXPECT_EQ(json(ColumnType::number, "1.5e-7"), "1.5e-7");
  EXPECT_EQ(json(ColumnType::boolean, "true"), "true");
  EXPECT_EQ(json(ColumnType::boolean, "false"), "false");
}

TEST(ListingRow, QuotesWhatIsNoJsonNumber) {
  EXPECT_EQ(json(ColumnType::number, "NaN"), "\"NaN\"");
  EXPECT_EQ(json(ColumnType::number, "-Infinity"), "\"-Infinity\"");
  EXPECT_EQ(json(ColumnType::number, ""), "\"\"");
  EXPECT_EQ(json(ColumnType::boolean, "2"), "\"2\"");
}

TEST(ListingRow, WritesNullForNoValueOfAnyType) {
  for (const auto type : {ColumnType::text, ColumnType::integer, ColumnType::document,
                          ColumnType::boolean, ColumnType::instant}) {
    EXPECT_EQ(json(type, std::nullopt), "null");
  }
}

TEST(ListingRow, EmbedsADocumentAsItStandsButOnOneLine) {
  EXPECT_EQ(json(ColumnType::document, R"({"b": 1.0, "a": "x\ny"})"), R"({"b": 1.0, "a": "x\ny"})");
  EXPECT_EQ(json(ColumnType::document, "{\n\"a\":\r\n1}"), "{ \"a\":  1}");
}

TEST(ListingRow, ReadsBackAnyTextAsItWas) {
  std::string everything;
  for (int letter = 0; letter < 128; ++letter) everything += static_cast<char>(letter);
  for (const std::string& text :
       {std::string("plain"), std::string("it's 100%_ \"sure\" \\ / done"),
        std::string("\xE2\x82\xAC \xF0\x9F\x90\xBE"), std::string("two\nlines"), everything,
        std::string(1, '\x7f')}) {
    for (const auto type : {ColumnType::text, ColumnType::enumeration, ColumnType::instant,
                            ColumnType::local_time, ColumnType::other}) {
      const auto written = json(type, text);
      EXPECT_EQ(written.find('\n'), std::string::npos);
      EXPECT_EQ(Json::parse(written).get<std::string>(), text);
    }
  }
}

TEST(ListingRow, PutsAReplacementWhereBytesAreNoUtf8) {
  EXPECT_EQ(Json::parse(json(ColumnType::text, "a\xff z")), "a\xEF\xBF\xBD z");
}

}  // namespace
}  // namespace winnow::tasks
