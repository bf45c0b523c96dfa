// Strings, tables and results on a terminal of any width.
#include "hosts/cli/console/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hosts/cli/console/report.h"

namespace winnow::cli {
namespace {

using document::Json;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  EXPECT_EQ(begin, text.size()) << "every line is ended";
  return lines;
}

TEST(Display, CountsColumnsAndNotBytes) {
  EXPECT_EQ(display_width("plain"), 5U);
  EXPECT_EQ(display_width("Größe"), 5U);
  EXPECT_EQ(display_width("日本"), 4U);
  EXPECT_EQ(display_width("e\u0301"), 1U) << "a combining accent";
  EXPECT_EQ(display_width("\U0001F600"), 2U);
}

TEST(Display, LetsNoStringCommandTheTerminal) {
  EXPECT_EQ(printable("a\x1b[2Jb\r\n\tc\x07"), R"(a\x1b[2Jb   c\x07)");
  EXPECT_EQ(printable("\u009b31m"), R"(\xc2\x9b31m)") << "CSI in one character";
  EXPECT_EQ(printable("safe\u202egpj.exe"), R"(safe\xe2\x80\xaegpj.exe)") << "right to left";
  EXPECT_EQ(printable("\xff"), R"(\xff)");
  EXPECT_EQ(printable("Größe 日本"), "Größe 日本");
}

TEST(Display, ElidesBetweenCharacters) {
  EXPECT_EQ(elided("company.team", 12), "company.team");
  EXPECT_EQ(elided("company.team", 8), "company…");
  EXPECT_EQ(elided("日本の流れ", 6), "日本…");
  EXPECT_EQ(elided("ae\u0301io", 3), "ae\u0301…");
  EXPECT_EQ(elided("ab", 1), "…");
  EXPECT_EQ(elided("ab", 0), "");
}

TEST(Display, WrapsBetweenWordsAndElseWithin) {
  EXPECT_THAT(wrapped("one two three", 7), ElementsAre("one two", "three"));
  EXPECT_THAT(wrapped("abcdefghij kl", 4), ElementsAre("abcd", "efgh", "ij", "kl"));
  EXPECT_THAT(wrapped("日本の流れ", 5), ElementsAre("日本", "の流", "れ"));
  EXPECT_THAT(wrapped("", 5), ElementsAre(""));
}

Table sample() {
  Table table({{.title = "namespace"},
               {.title = "rows", .align = Align::right},
               {.title = "remark", .wraps = true}});
  table.add({"company.team", "1,234,567", "the newest of each flow stay"});
  table.add({"日本", "7", "-"});
  return table;
}

TEST(TableText, StandsInColumnsWithNumbersToTheRight) {
  EXPECT_EQ(sample().text({.columns = 80}),
            "namespace          rows  remark\n"
            "company.team  1,234,567  the newest of each flow stay\n"
            "日本                  7  -\n");
}

TEST(TableText, NarrowsItsWidestColumns) {
  EXPECT_EQ(sample().text({.columns = 34}),
            "namespace        rows  remark\n"
            "company.t…  1,234,567  the newest\n"
            "                       of each\n"
            "                       flow stay\n"
            "日本                7  -\n");
}

TEST(TableText, IsAListPerRowWhereNoTableFits) {
  EXPECT_EQ(sample().text({.columns = 20}),
            "namespa…  company.te\n"
            "          am\n"
            "rows      1,234,567\n"
            "remark    the newest\n"
            "          of each\n"
            "          flow stay\n"
            "\n"
            "namespa…  日本\n"
            "rows      7\n"
            "remark    -\n");
}

TEST(TableText, IsNeverWiderThanTheTerminal) {
  for (std::size_t columns = 8; columns < 90; ++columns) {
    for (const auto& line : lines_of(sample().text({.columns = columns}))) {
      EXPECT_LE(display_width(line), columns) << line;
    }
  }
}

TEST(TableText, HasABoldHeadWhereThereAreColours) {
  EXPECT_THAT(sample().text({.columns = 80, .colour = true}),
              testing::StartsWith("\x1b[1mnamespace          rows  remark\x1b[0m\n"));
}

TEST(ValuesReport, ShowsCountsOneBelowTheOther) {
  EXPECT_EQ(values_report(
                Json::parse(R"({"executionsCount": 1234, "logsCount": 5, "dryRun": true})"), {}),
            "executions  1,234\n"
            "logs            5\n"
            "dry run     true\n");
}

TEST(ValuesReport, ShowsAListingsRowsAsTheDatabaseHasThem) {
  EXPECT_EQ(values_report(Json::parse(R"({"rows": [{"flowId": "a\u001b[2J", "value": 1234.5},
                                                   {"flowId": null, "value": 2}], "size": 2})"),
                          {}),
            "flowId     value\n"
            "a\\x1b[2J  1234.5\n"
            "-              2\n"
            "\n"
            "size  2\n");
}

TEST(ValuesReport, ShowsObjectsAndListsUnderTheirNames) {
  EXPECT_EQ(values_report(Json::parse(R"({"purge": {"count": 3, "notes": ["nothing is older"]},
      "plan": {"rules": [{"rule": "/rules/0", "namespaces": {"a": 1, "b": 2, "c": 3, "d": 4}},
                         {"rule": "/rules/1", "namespaces": {}}]},
      "statements": [{"purpose": "page", "sql": "SELECT 1", "indexes": ["i", "j"], "scans": []}]})"),
                          {}),
            "purge\n"
            "count  3\n"
            "\n"
            "notes\n"
            "- nothing is older\n"
            "\n"
            "plan\n"
            "rules\n"
            "rule\n"
            "/rules/0\n"
            "/rules/1\n"
            "\n"
            "/rules/0, namespaces\n"
            "a  1\n"
            "b  2\n"
            "c  3\n"
            "d  4\n"
            "\n"
            "statements\n"
            "purpose  indexes  scans\n"
            "page     i, j     -\n"
            "\n"
            "page\n"
            "SELECT 1\n");
}

TEST(ValuesReport, LeavesNamesAsTheyAreAndOutWhatSaysNothing) {
  EXPECT_EQ(values_report(Json::parse(R"({"namespaces": {"company.Team": 1800},
      "rules": [{"rule": "/rules/0", "skippedCount": 0, "notes": ["no index leads there"],
                 "statements": [{"purpose": "page", "sql": "SELECT 1"}]},
                {"rule": "/rules/1", "skippedCount": 0}]})"),
                          {}),
            "namespaces\n"
            "company.Team  1,800\n"
            "\n"
            "rules\n"
            "rule\n"
            "/rules/0\n"
            "/rules/1\n"
            "\n"
            "/rules/0, notes\n"
            "- no index leads there\n"
            "\n"
            "/rules/0, statements\n"
            "purpose\n"
            "page\n");
}

TEST(ValuesReport, ShowsASmallObjectOnOneLine) {
  EXPECT_EQ(
      values_report(Json::parse(R"({"rule": "/rules/0", "last": {"position": 1, "of": 5}})"), {}),
      "rule  /rules/0\n"
      "last  position 1, of 5\n");
}

TEST(ValuesReport, SaysThatAListingHasNoRows) {
  EXPECT_THAT(values_report(Json::parse(R"({"rows": [], "size": 0})"), {}), HasSubstr("rows  -\n"));
}

TEST(TaskReport, ShowsParametersWithTypesDefaultsAndChoices) {
  EXPECT_EQ(
      task_report(Json::parse(R"({"name": "PurgeX", "description": "Removes x.", "aliases": [],
      "parameters": {"properties": {"endDate": {"type": "string", "format": "date-time", "description": "Until then."},
        "level": {"enum": ["INFO", "WARN"], "default": "INFO", "description": "Which."}}, "required": ["endDate"]},
      "outputs": {"properties": {"count": {"type": "integer", "description": "How many."}}}})"),
                  {}),
      "PurgeX\n"
      "Removes x.\n"
      "\n"
      "parameter  type       default   description\n"
      "endDate    date-time  required  Until then.\n"
      "level      string     INFO      Which. One of INFO, WARN.\n"
      "\n"
      "output  type     description\n"
      "count   integer  How many.\n");
}

}  // namespace
}  // namespace winnow::cli
