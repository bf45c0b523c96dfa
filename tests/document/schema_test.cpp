// The messages for values that don't match.
#include "document/schema.h"

#include <gtest/gtest.h>

namespace winnow::document {
namespace {

const char* const kDefinition = R"({
  "type": "object",
  "additionalProperties": false,
  "required": ["endDate"],
  "properties": {
    "endDate": {"type": "string", "format": "date-time", "description": "Executions that ended at or before this instant."},
    "namespace": {"type": "string", "minLength": 1},
    "short": {"type": "string", "maxLength": 3},
    "batchSize": {"type": "integer", "minimum": 1, "maximum": 10000, "default": 1000},
    "count": {"type": "integer", "minimum": 1},
    "ratio": {"type": "number", "maximum": 1},
    "dryRun": {"type": "boolean", "default": false},
    "states": {"type": "array", "minItems": 1, "items": {"enum": ["SUCCESS", "FAILED"]}},
    "once": {"type": "array", "uniqueItems": true},
    "dates": {"type": "array", "items": {"type": "string", "format": "date-time"}},
    "tenant": {"type": ["string", "null"]},
    "nested": {"type": "object", "additionalProperties": false, "properties": {"deep": {"type": "boolean"}}},
    "free": {"type": "object", "additionalProperties": {"type": "integer"}},
    "password": {"writeOnly": true, "anyOf": [
      {"type": "string"},
      {"type": "object", "required": ["env"], "additionalProperties": false, "properties": {"env": {"type": "string"}}},
      {"type": "object", "required": ["file"], "additionalProperties": false, "properties": {"file": {"type": "string"}}}]},
    "steps": {"type": "array", "items": {"anyOf": [
      {"type": "object", "required": ["files"], "additionalProperties": false,
       "properties": {"files": {"type": "object", "additionalProperties": false, "properties": {"counter": {"type": "string"}}}}},
      {"type": "object", "required": ["parent"], "additionalProperties": false, "properties": {"parent": {"type": "object"}}}]}},
    "a/b": {"type": "boolean"}
  }
})";

// "pointer: message", or "fits".
std::string said(std::string_view value) {
  const auto schema = Schema::compile(Json::parse(kDefinition)).value();
  const auto mismatch = schema.mismatch(Json::parse(value));
  return mismatch ? mismatch->pointer + ": " + mismatch->message : "fits";
}

// The same with the required endDate.
std::string with_end(const std::string& members) {
  return said(R"({"endDate": "2026-01-01T00:00:00Z", )" + members + "}");
}

TEST(SchemaTest, SaysNothingWhereAllFits) {
  EXPECT_EQ(said(R"({"endDate": "2026-01-01T00:00:00Z"})"), "fits");
  EXPECT_EQ(
      said(
          R"({"endDate": "2026-01-01T00:00+01:00[Europe/Paris]", "states": ["FAILED"], "tenant": null, "batchSize": 1,
                     "password": {"env": "X"}, "free": {"any": 3}, "steps": [{"parent": {}}]})"),
      "fits");
}

TEST(SchemaTest, SaysWhatWasExpectedAndWhatWasFound) {
  EXPECT_EQ(with_end(R"("count": "abc")"),
            R"(/count: expected an integer of at least 1, found the string "abc")");
  EXPECT_EQ(with_end(R"("count": 0)"),
            "/count: expected an integer of at least 1, found the number 0");
  EXPECT_EQ(with_end(R"("batchSize": 10001)"),
            "/batchSize: expected an integer from 1 to 10000, found the number 10001");
  EXPECT_EQ(with_end(R"("batchSize": 1.5)"),
            "/batchSize: expected an integer from 1 to 10000, found the number 1.5");
  EXPECT_EQ(with_end(R"("batchSize": null)"),
            "/batchSize: expected an integer from 1 to 10000, found null");
  EXPECT_EQ(with_end(R"("ratio": 2)"),
            "/ratio: expected a number of at most 1, found the number 2");
  EXPECT_EQ(with_end(R"("dryRun": "true")"),
            R"(/dryRun: expected true or false, found the string "true")");
  EXPECT_EQ(with_end(R"("namespace": "")"),
            "/namespace: expected a string that is not empty, found the empty string");
  EXPECT_EQ(with_end(R"("namespace": ["a"])"),
            "/namespace: expected a string that is not empty, found a list of 1");
  EXPECT_EQ(with_end(R"("short": "abcd")"),
            R"(/short: expected a string of at most 3 characters, found the string "abcd")");
  EXPECT_EQ(with_end(R"("tenant": 1)"), "/tenant: expected a string or null, found the number 1");
  EXPECT_EQ(with_end(R"("states": [])"),
            "/states: expected a list of at least 1 element, found an empty list");
  EXPECT_EQ(with_end(R"("states": "FAILED")"),
            R"(/states: expected a list of at least 1 element, found the string "FAILED")");
  EXPECT_EQ(said("[]"), R"(: expected an object with "endDate", found an empty list)");
}

TEST(SchemaTest, NamesTheElementAndTheNearestOfTheAllowed) {
  EXPECT_EQ(
      with_end(R"("states": ["SUCCESS", "FAILD"])"),
      R"(/states/1: expected one of "SUCCESS", "FAILED", found the string "FAILD" (did you mean "FAILED"?))");
}

TEST(SchemaTest, NamesTheNearestOfAnAlternativesChoices) {
  const auto schema = Schema::compile(Json::parse(
      R"({"anyOf": [{"enum": ["NORMAL", "TEST"]}, {"type": "array", "items": {"enum": ["TEST"]}}]})"));
  const auto message = schema->mismatch("TSET")->message;
  EXPECT_TRUE(message.ends_with(R"((did you mean "TEST"?))")) << message;
}

TEST(SchemaTest, NamesTheUnknownPropertyAndTheNearestKnownOne) {
  EXPECT_EQ(said(R"({"enddate": "2026-01-01T00:00:00Z"})"),
            R"(/enddate: is not known here (did you mean "endDate"?))");
  EXPECT_EQ(with_end(R"("retention": 1)"), "/retention: is not known here");
  // An unexpected object is itself the error, not its members.
  EXPECT_EQ(with_end(R"("states": {"a": 1})"),
            "/states: expected a list of at least 1 element, found an object");
  EXPECT_EQ(with_end(R"("nested": {"depe": true})"),
            R"(/nested/depe: is not known here (did you mean "deep"?))");
  EXPECT_EQ(with_end(R"("a/c": true)").substr(0, 24), "/a~1c: is not known here");
}

TEST(SchemaTest, NamesTheMissingPropertyAndWhatItIs) {
  EXPECT_EQ(said("{}"), "/endDate: is required: Executions that ended at or before this instant.");
}

TEST(SchemaTest, ChecksDatesAsKestraWritesThem) {
  EXPECT_EQ(
      said(R"({"endDate": "2026-01-01"})"),
      R"(/endDate: expected a date and time with a zone, such as 2026-02-03T01:00:00Z, found the string "2026-01-01")");
  EXPECT_TRUE(said(R"({"endDate": "2026-01-01T00:00:00"})")
                  .ends_with("would mean another instant on each machine"));
  EXPECT_TRUE(
      said(R"({"endDate": "9999-12-31T23:59:59-18:00"})").ends_with("not of the years 1 to 9999"));
  EXPECT_EQ(with_end(R"("dates": ["2026-01-01T00:00:00Z", "x"])").substr(0, 9), "/dates/1:");
}

TEST(SchemaTest, NamesTheElementThatComesAgain) {
  EXPECT_EQ(with_end(R"("once": ["a", "b"])"), "fits");
  EXPECT_EQ(with_end(R"("once": ["a", "b", "a"])"),
            R"(/once/2: expected each element once, found the string "a" again)");
}

TEST(SchemaTest, GoesIntoTheAlternativeThatWasMeant) {
  EXPECT_EQ(with_end(R"("steps": [{"files": {"conter": "x"}}])"),
            R"(/steps/0/files/conter: is not known here (did you mean "counter"?))");
  EXPECT_EQ(with_end(R"("steps": [{"rows": {}}])"), "/steps/0/rows: is not known here");
  EXPECT_EQ(
      with_end(R"("steps": [{}])"),
      R"(/steps/0: expected an object with "files" or an object with "parent", found an empty object)");
  EXPECT_EQ(with_end(R"("free": {"x": "y"})"),
            R"(/free/x: expected an integer, found the string "y")");
}

TEST(SchemaTest, NeverRepeatsASecret) {
  EXPECT_EQ(with_end(R"("password": 12345)"),
            R"(/password: expected a string, an object with "env" or an object with "file")");
  EXPECT_EQ(with_end(R"("password": {"evn": "hunter2"})"),
            R"(/password/evn: is not known here (did you mean "env"?))");
}

TEST(SchemaTest, CutsALongValueShort) {
  EXPECT_LT(with_end(R"("count": ")" + std::string(10'000, 'x') + "\"").size(), 200U);
}

TEST(SchemaTest, FillsDefaultsInAndLeavesWhatWasGiven) {
  const auto filled = with_defaults(Json::parse(kDefinition), Json::parse(R"({"dryRun": true})"));
  EXPECT_EQ(filled.dump(), R"({"dryRun":true,"batchSize":1000})");
}

TEST(SchemaTest, RefusesADefinitionThatIsNone) {
  EXPECT_EQ(Schema::compile(Json::parse(R"({"type": "objekt"})")).error().kind,
            FailureKind::internal);
  EXPECT_EQ(Schema::compile(Json::parse(R"({"minimum": "one"})")).error().kind,
            FailureKind::internal);
}

}  // namespace
}  // namespace winnow::document
