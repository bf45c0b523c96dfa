// YAML as people write it: types, lines, and what is refused.
#include "document/yaml.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::document {
namespace {

using testing::HasSubstr;

std::string read(std::string_view text) {
  const auto document = parse_yaml(text, "t.yaml");
  return document ? document->value.dump() : document.error().message;
}

struct Case {
  const char* yaml;
  const char* json;
};

class TypesAScalar : public testing::TestWithParam<Case> {};

TEST_P(TypesAScalar, ByTheCoreSchema) {
  EXPECT_EQ(read(GetParam().yaml), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Scalars, TypesAScalar,
    testing::Values(
        Case{"", "null"}, Case{"~", "null"}, Case{"null", "null"}, Case{"NULL", "null"},
        Case{"nUll", R"("nUll")"}, Case{"true", "true"}, Case{"False", "false"},
        Case{"TRUE", "true"}, Case{"yes", R"("yes")"}, Case{"no", R"("no")"}, Case{"on", R"("on")"},
        Case{"off", R"("off")"}, Case{"y", R"("y")"}, Case{"12", "12"}, Case{"-12", "-12"},
        Case{"+12", "12"}, Case{"012", "12"}, Case{"0o17", "15"}, Case{"0xFf", "255"},
        Case{"0b1", R"("0b1")"}, Case{"1_000", R"("1_000")"}, Case{"1.5", "1.5"},
        Case{"-1.", "-1.0"}, Case{".5", "0.5"}, Case{"1e3", "1000.0"}, Case{"1.5E-1", "0.15"},
        Case{"+.5", "0.5"}, Case{".", R"(".")"}, Case{"-", "[null]"}, Case{"+", R"("+")"},
        Case{"e5", R"("e5")"}, Case{"1e", R"("1e")"}, Case{"+-1", R"("+-1")"},
        Case{"--1", R"("--1")"}, Case{"1.2.3", R"("1.2.3")"}, Case{".inf", R"(".inf")"},
        Case{".nan", R"(".nan")"}, Case{"1e999", R"("1e999")"}, Case{"0x", R"("0x")"},
        Case{"9223372036854775807", "9223372036854775807"},
        Case{"9223372036854775808", "9.223372036854776e+18"}, Case{"12:30:45", R"("12:30:45")"},
        Case{"2026-02-03", R"("2026-02-03")"},
        Case{"2026-02-03T01:00:00Z", R"("2026-02-03T01:00:00Z")"}, Case{"\"12\"", R"("12")"},
        Case{"'true'", R"("true")"}, Case{"\"\"", R"("")"}, Case{"''", R"("")"},
        Case{"!!str 12", R"("12")"}, Case{"! 12", R"("12")"}, Case{"|\n  12\n", R"("12\n")"},
        Case{">-\n  a\n  b\n", R"("a b")"}, Case{"\"\\u00e9\"", "\"\xc3\xa9\""},
        Case{"# only a comment", "null"}, Case{"---\n", "null"}));

class ReadsADocument : public testing::TestWithParam<Case> {};

TEST_P(ReadsADocument, AsOneValue) {
  EXPECT_EQ(read(GetParam().yaml), GetParam().json);
}

INSTANTIATE_TEST_SUITE_P(
    Documents, ReadsADocument,
    testing::Values(Case{"b: 1\na: 2\n", R"({"b":1,"a":2})"},
                    Case{"{a: [1, b], c: {}}", R"({"a":[1,"b"],"c":{}})"},
                    Case{"- 1\n- - 2\n  - 3\n", "[1,[2,3]]"}, Case{"a:\n- 1\n", R"({"a":[1]})"},
                    Case{"a:\nb:\n", R"({"a":null,"b":null})"}, Case{"\"1\": x", R"({"1":"x"})"},
                    Case{"a: &x {k: 1}\nb: *x\n", R"({"a":{"k":1},"b":{"k":1}})"},
                    Case{"a: &x 5\nb: [*x, *x]\n", R"({"a":5,"b":[5,5]})"},
                    Case{"a: &x [1]\nb: &y [*x]\nc: *y\n", R"({"a":[1],"b":[[1]],"c":[[1]]})"},
                    Case{"<<: 1", R"({"<<":1})"},
                    Case{"\xef\xbb\xbf"
                         "a: 1",
                         R"({"a":1})"},
                    Case{"--- # first\na: 1\n...\n", R"({"a":1})"},
                    // JSON as programs write it, which yaml-cpp alone does not accept
                    Case{"{\n\t\"a\": \"\\ud83d\\ude00\\/\"\n}", "{\"a\":\"\xf0\x9f\x98\x80/\"}"},
                    Case{"[1, 2.5e0, null, true]", "[1,2.5,null,true]"},
                    Case{"{a: b}", R"({"a":"b"})"}));

class RefusesYaml : public testing::TestWithParam<Case> {};

TEST_P(RefusesYaml, WithNameLineAndReason) {
  const auto document = parse_yaml(GetParam().yaml, "t.yaml");
  ASSERT_FALSE(document.has_value()) << document->value.dump();
  EXPECT_EQ(document.error().kind, FailureKind::configuration);
  EXPECT_THAT(document.error().message, HasSubstr(GetParam().json));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusesYaml,
    testing::Values(
        Case{"a: 1\nb: 2\na: 3\n", "t.yaml:3: the key \"a\" stands here twice"},
        Case{"x:\n  a: 1\n  a: 1\n", "t.yaml:3: the key \"a\" stands here twice"},
        Case{"{\"a\": 1,\n \"a\": 2}", "t.yaml:2: the key \"a\" stands here twice"},
        Case{"a: [1\n",
             "t.yaml:1: a key that is not a string (write it in quotes), or a list that is never "
             "closed"},
        Case{"a: 'x\n", "this is not YAML"}, Case{"a: b: c\n", "t.yaml:1: this is not YAML"},
        Case{"a: 1\n  b: 2\n", "this is not YAML"}, Case{"\ta: 1\n", "this is not YAML"},
        Case{"a: *none\n", "t.yaml:1: this is not YAML"}, Case{"a: \"\\q\"\n", "this is not YAML"},
        Case{"1: x\n", "t.yaml:1: a key that is not a string"},
        Case{"a: 1\ntrue: x\n", "t.yaml:2: a key that is not a string"},
        Case{"? [a]\n: 1\n", "can't be a key"}, Case{"? {a: 1}\n: 1\n", "can't be a key"},
        Case{"a: &x k\n*x : 1\n", "t.yaml:2: an alias can't be a key"},
        Case{": 1\n", "a key that is not a string"},
        Case{"a: 1\n---\nb: 2\n", "t.yaml:2: a second document"},
        Case{"a: !secret x\n", "t.yaml:1: a tag"}, Case{"a: !!int 5\n", "a tag"},
        Case{"a: !x [1]\n", "a tag"}, Case{"a: &x [*x]\n", "inside of what it refers to"},
        Case{"a: \x01\n", "t.yaml:1: a control character"},
        Case{"a: 1\nb: \x7f\xff\n", "t.yaml:2: the text is not UTF-8"},
        Case{"a: \xc3\n", "not UTF-8"}));

TEST(YamlTest, NeverRepeatsWhatMayBeASecret) {
  for (const auto* text :
       {"password: *hunter2\n", "password: hunter2: x\n", "password: [hunter2\n",
        "password: \"hunter2\\q\"\n", "password: %hunter2\n", "password: @hunter2\n",
        "password: `hunter2\n", "{\"password\": \"hunter2}", "{\"password\": hunter2\n:}",
        "password: 'hunter2\n"}) {
    EXPECT_THAT(read(text),
                testing::AllOf(HasSubstr("this is not YAML"), testing::Not(HasSubstr("hunter2"))))
        << text;
  }
}

TEST(YamlTest, NamesALineThatTheTextHas) {
  EXPECT_EQ(read("a: 1\nb: 'x\n"), "t.yaml:2: this is not YAML: a quote that is never closed");
  EXPECT_EQ(read("a: 1\nb: \"x"), "t.yaml:2: this is not YAML: a quote that is never closed");
  EXPECT_THAT(read("a:\n  b: [c: d\n"), HasSubstr("t.yaml:2: this is not YAML"));
  EXPECT_EQ(parse_yaml("# nothing\n", "t.yaml").value().place(""), "t.yaml:1");
}

TEST(YamlTest, RefusesANulByte) {
  EXPECT_THAT(read(std::string_view("a\0: 1", 5)), HasSubstr("t.yaml:1: a control character"));
}

TEST(YamlTest, KeepsTheLineOfEveryPart) {
  const auto document =
      parse_yaml("# first\na:\n  - 1\n  - x: 2\n    y/z: 3\nb: {c: 4}\n", "t.yaml").value();
  EXPECT_EQ(document.lines.at(""), 2);
  EXPECT_EQ(document.lines.at("/a"), 2);
  EXPECT_EQ(document.lines.at("/a/0"), 3);
  EXPECT_EQ(document.lines.at("/a/1"), 4);
  EXPECT_EQ(document.lines.at("/a/1/x"), 4);
  EXPECT_EQ(document.lines.at("/a/1/y~1z"), 5);
  EXPECT_EQ(document.lines.at("/b/c"), 6);
  EXPECT_EQ(document.place("/a/1/x"), "t.yaml:4");
  EXPECT_EQ(document.place("/a/1/missing/deeper"), "t.yaml:4");
  EXPECT_EQ(document.place("/missing"), "t.yaml:2");
}

TEST(YamlTest, ReadsAFileAndNamesIt) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "winnow-yaml-test";
  std::filesystem::create_directories(folder);
  const auto path = (folder / "flow.yaml").string();
  std::ofstream(path) << "a: 1\n";
  EXPECT_EQ(read_yaml_file(path).value().value.dump(), R"({"a":1})");
  std::ofstream(path) << "";
  EXPECT_EQ(read_yaml_file(path).value().value.dump(), "null");
  std::ofstream(path) << "a: [\n";
  EXPECT_THAT(read_yaml_file(path).error().message, HasSubstr("flow.yaml:1: this is not YAML"));
  EXPECT_THAT(read_yaml_file(folder.string()).error().message,
              HasSubstr("can't be read: Is a directory"));
  EXPECT_THAT(read_yaml_file((folder / "none.yaml").string()).error().message,
              HasSubstr("No such file or directory"));
  std::filesystem::remove_all(folder);
}

TEST(Yaml, AMergeKeyLaysWhatItRefersToUnderTheMembersBesideIt) {
  const auto document = parse_yaml(
      "base: &base {url: a, user: {name: x, role: y}}\nother: &other {user: 1, port: 2}\n"
      "source: {<<: *base, url: b}\nboth:\n  <<: [*base, *other]\n  url: c\n",
      "f");
  ASSERT_TRUE(document) << document.error().message;
  EXPECT_EQ(document->value["source"],
            Json::parse(R"({"url":"b","user":{"name":"x","role":"y"}})"));
  EXPECT_EQ(document->value["both"],
            Json::parse(R"({"url":"c","user":{"name":"x","role":"y"},"port":2})"));
}

TEST(ApplicationYaml, HasSeveralDocumentsWithLinesOfTheirOwn) {
  const auto documents = parse_application_yaml("a: 1\n---\nb: 2\n---\n", "f").value();
  ASSERT_EQ(documents.size(), 3U);
  EXPECT_EQ(documents[1].value, Json::parse(R"({"b":2})"));
  EXPECT_EQ(documents[1].place("/b"), "f:3");
  EXPECT_TRUE(documents[2].value.is_null());
}

// A server starts with all of these.
TEST(ApplicationYaml, TakesTheKeysThatSnakeYamlTakes) {
  const auto read = [](const std::string& text) {
    return parse_application_yaml(text, "f").value().front();
  };
  EXPECT_EQ(read("8080: a\n1.5: b\non: c\n").value,
            Json::parse(R"({"8080":"a","1.5":"b","on":"c"})"));
  const auto twice = read("a: 1\nb: {c: 2, c: 3}\na: 4\n");
  EXPECT_EQ(twice.value, Json::parse(R"({"a":4,"b":{"c":3}})"));
  EXPECT_EQ(twice.place("/a"), "f:3");
  EXPECT_EQ(read("{\"a\": 1, \"a\": 2}").value, Json::parse(R"({"a":2})"));
  EXPECT_EQ(read("a: &a {x: 1, y: 1}\nb: &b {y: 2, z: 2}\nc: {<<: *a, <<: *b, z: 3}\n").value["c"],
            Json::parse(R"({"z":3,"x":1,"y":1})"));
  EXPECT_FALSE(parse_yaml("a: 1\na: 2\n", "f"));
}

TEST(ApplicationYaml, IsOfYaml11) {
  const auto value = [](const std::string& text) {
    return parse_application_yaml("a: " + text + "\n", "f").value().front().value["a"];
  };
  EXPECT_EQ(value("12345"), 12345);
  EXPECT_EQ(value("0"), 0);
  EXPECT_EQ(value("yes"), true);
  EXPECT_EQ(value("Off"), false);
  EXPECT_EQ(value("'yes'"), "yes");
  EXPECT_EQ(value("jdbc:mysql://h:3306/d"), "jdbc:mysql://h:3306/d");
  EXPECT_EQ(value("10.0.0.1"), "10.0.0.1");
  for (const auto* text : {"007", "0x1F", "1e3", "1_000", "12:30:00", "1.10", "0o17", "+5"}) {
    EXPECT_TRUE(value(text).is_number_float()) << text;
    EXPECT_EQ(value("'" + std::string(text) + "'"), text);
  }
}

}  // namespace
}  // namespace winnow::document
