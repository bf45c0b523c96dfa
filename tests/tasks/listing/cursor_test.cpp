// A cursor passes through unknown hands: it comes back unchanged and to the same listing, or it is
// refused.
#include "tasks/listing/cursor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::tasks {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

Manifest executions() {
  Manifest manifest;
  manifest.name = "ListExecutions";
  manifest.orders = {"startDate", "id"};
  manifest.descending = true;
  for (const char* name : {"flowId", "namespace"}) {
    manifest.parameters.push_back({.name = name,
                                   .schema = Json::object(),
                                   .filter = Filter{.column = name,
                                                    .operation = FilterOperator::equals,
                                                    .exact_with = {},
                                                    .document = {},
                                                    .when_absent = {}}});
  }
  manifest.parameters.push_back({.name = "size", .schema = Json::object(), .filter = std::nullopt});
  return manifest;
}

std::string fingerprint(const Json& parameters, const std::optional<std::string>& tenant = "main") {
  return listing_fingerprint(executions(), parameters, tenant,
                             parameters.value("orderBy", "startDate"),
                             parameters.value("direction", "desc") == "desc");
}

TEST(ListingCursor, ComesBackAsItWentOut) {
  const std::vector<Position> positions = {
      {.order = "2026-01-02T03:04:05.123456Z", .key = "5kZ2"},
      {.order = std::nullopt, .key = "a"},
      {.order = "", .key = ""},
      {.order = "'; DROP TABLE executions; --", .key = "100% \"quoted\" \\ \n \xE2\x82\xAC"},
  };
  for (const auto& position : positions) {
    const auto cursor = encode_cursor(position, "abc");
    const auto decoded = decode_cursor(cursor, "abc");
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(*decoded, position);
  }
}

TEST(ListingCursor, NeedsNoEscapingInAUrlOrAShell) {
  for (int length = 0; length < 6; ++length) {
    const Position position{.order = std::string(static_cast<std::size_t>(length), '?'),
                            .key = "~"};
    EXPECT_THAT(encode_cursor(position, "abc"), MatchesRegex("[A-Za-z0-9_-]+"));
  }
}

TEST(ListingCursor, IsRefusedWhereAnyCharacterIsChanged) {
  const auto cursor = encode_cursor({.order = "2026-01-02", .key = "5kZ2"}, "abc");
  for (std::size_t index = 0; index < cursor.size(); ++index) {
    for (const char other : {'A', 'x', '0', '_', '*', ' ', '='}) {
      if (cursor[index] == other) continue;
      auto damaged = cursor;
      damaged[index] = other;
      const auto decoded = decode_cursor(damaged, "abc");
      ASSERT_FALSE(decoded) << damaged;
      EXPECT_EQ(decoded.error().kind, FailureKind::invalid_parameter);
      EXPECT_EQ(decoded.error().pointer, "/cursor");
    }
  }
}

TEST(ListingCursor, IsRefusedWhereItIsCutOrLengthened) {
  const auto cursor = encode_cursor({.order = std::nullopt, .key = "5kZ2"}, "abc");
  for (std::size_t length = 0; length < cursor.size(); ++length) {
    EXPECT_FALSE(decode_cursor(cursor.substr(0, length), "abc")) << length;
  }
  EXPECT_FALSE(decode_cursor(cursor + "AAAA", "abc"));
  EXPECT_FALSE(decode_cursor(cursor + cursor, "abc"));
}

class NoCursor : public testing::TestWithParam<const char*> {};

TEST_P(NoCursor, IsRefusedAsDamaged) {
  const auto decoded = decode_cursor(GetParam(), "abc");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(decoded.error().pointer, "/cursor");
  EXPECT_THAT(decoded.error().message, HasSubstr("damaged"));
}

// {}, [], null, {"version":1}, {"version":1,"listing":5,"last":[null,"a"]},
// {"version":1,"listing":"abc","last":"a"}.
INSTANTIATE_TEST_SUITE_P(
    Texts, NoCursor,
    testing::Values("", " ", "hello", "e30", "W10", "bnVsbA", "eyJ2ZXJzaW9uIjoxfQ",
                    "eyJ2ZXJzaW9uIjoxLCJsaXN0aW5nIjo1LCJsYXN0IjpbbnVsbCwiYSJdfQ",
                    "eyJ2ZXJzaW9uIjoxLCJsaXN0aW5nIjoiYWJjIiwibGFzdCI6ImEifQ", "_____", "\xff\xfe"));

TEST(ListingCursor, OfAnotherVersionSaysSo) {
  const auto decoded = decode_cursor("eyJ2ZXJzaW9uIjoyfQ", "abc");  // {"version":2}
  ASSERT_FALSE(decoded);
  EXPECT_THAT(decoded.error().message, HasSubstr("another version"));
}

TEST(ListingCursor, OfAnotherListingIsRefusedAsSuch) {
  const auto cursor = encode_cursor({.order = std::nullopt, .key = "a"}, "abc");
  const auto decoded = decode_cursor(cursor, "abd");
  ASSERT_FALSE(decoded);
  EXPECT_EQ(decoded.error().kind, FailureKind::invalid_parameter);
  EXPECT_EQ(decoded.error().pointer, "/cursor");
  EXPECT_THAT(decoded.error().message, HasSubstr("other filters"));
}

TEST(ListingFingerprint, KnowsFiltersOrderDirectionAndTenant) {
  const Json plain = {{"namespace", "company"}, {"flowId", "daily"}};
  const auto base = fingerprint(plain);
  EXPECT_NE(base, fingerprint({{"namespace", "company"}}));
  EXPECT_NE(base, fingerprint({{"namespace", "company"}, {"flowId", "weekly"}}));
  EXPECT_NE(base, fingerprint({{"namespace", "daily"}, {"flowId", "company"}}));
  EXPECT_NE(base, fingerprint(plain, "other"));
  EXPECT_NE(base, fingerprint(plain, std::nullopt));
  Json other = plain;
  other["orderBy"] = "id";
  EXPECT_NE(base, fingerprint(other));
  other["orderBy"] = "startDate";
  EXPECT_EQ(base, fingerprint(other));
  other["direction"] = "asc";
  EXPECT_NE(base, fingerprint(other));
}

// Otherwise a cursor of one listing would continue in the other, and nobody would notice the
// missing rows.
TEST(ListingFingerprint, KnowsWhatIsNoFilterAndSaysWhichRowsThereAre) {
  const Json plain = {{"namespace", "company"}};
  const auto with = [&](const char* name, const Json& value) {
    Json parameters = plain;
    parameters[name] = value;
    return fingerprint(parameters);
  };
  const auto base = fingerprint(plain);
  EXPECT_NE(base, with("keepLast", 1));
  EXPECT_NE(with("keepLast", 1), with("keepLast", 2));
  EXPECT_NE(base, with("withChildren", true));
  EXPECT_EQ(base, with("withChildren", false));
}

TEST(ListingFingerprint, DoesNotCareHowThePageIsAskedFor) {
  const auto base = fingerprint({{"namespace", "company"}, {"flowId", "daily"}});
  EXPECT_EQ(base, fingerprint({{"flowId", "daily"}, {"namespace", "company"}}));
  EXPECT_EQ(base, fingerprint({{"namespace", "company"},
                               {"flowId", "daily"},
                               {"size", 7},
                               {"cursor", "x"},
                               {"columns", {"id"}},
                               {"fetchType", "STORE"}}));
  EXPECT_EQ(fingerprint({{"flowId", nullptr}}), fingerprint(Json::object()));
}

}  // namespace
}  // namespace winnow::tasks
