// Values come back unchanged from every database.
#include <limits>

#include <gmock/gmock.h>

#include "document/instant.h"
#include "tests/database/driver_bed.h"

namespace winnow::tests {
namespace {

using document::Instant;
using testing::ElementsAre;

class DriverValues : public DriverBed {
 protected:
  // Keys whose name is one of the list, in order.
  std::vector<std::string> keys_named(TextList names) {
    SqlWriter writer(connection_->dialect());
    writer.text("SELECT ").identifier("key").text(" FROM ").table(items()).text(" WHERE ");
    connection_->dialect().any_of(writer, "name", column("name"), std::move(names));
    std::vector<std::string> keys;
    writer.text(" ORDER BY ").identifier("key");
    for (const auto& row : rows_of(*connection_, writer.take())) keys.push_back(row[0].value());
    return keys;
  }
};

const std::vector<std::string> kOddTexts = {
    "",
    " ",
    "NULL",
    "null",
    "'; DROP TABLE items; --",
    "a\"b'c`d",
    "back\\slash\\",
    "\\\"",
    "{a,b}",
    "[1, \"x\"]",
    "a,b",
    "100%_",
    "line\nbreak\ttab\r",
    "\x01\x1f\x7f",
    "Grüße, 日本, العربية",
    "\xf0\x9f\xa6\x86 duck",
    "$1 ?1 ? :name @x",
    std::string(20, 'x') + std::string(300, '\\'),
};

TEST_P(DriverValues, OddTextsComeBackAsTheyWere) {
  for (std::size_t at = 0; at < kOddTexts.size(); ++at) {
    const auto key = "k" + std::to_string(at);
    insert({{"key", key}, {"name", kOddTexts[at]}});
    EXPECT_EQ(text_of("name", key), kOddTexts[at]) << at;
  }
}

TEST_P(DriverValues, AListFindsEachOddTextAndNoOther) {
  for (std::size_t at = 0; at < kOddTexts.size(); ++at) {
    insert({{"key", "k" + std::to_string(at)}, {"name", kOddTexts[at]}});
  }
  insert({{"key", "unnamed"}});
  for (std::size_t at = 0; at < kOddTexts.size(); ++at) {
    // MySQL's collation treats some of them as equal (case, trailing spaces).
    if (is("mysql")) {
      EXPECT_THAT(keys_named({kOddTexts[at]}), testing::Contains("k" + std::to_string(at))) << at;
    } else {
      EXPECT_THAT(keys_named({kOddTexts[at]}), ElementsAre("k" + std::to_string(at))) << at;
    }
  }
  EXPECT_EQ(keys_named(kOddTexts).size(), kOddTexts.size());
}

TEST_P(DriverValues, AListMayHoldNothingOrTenThousand) {
  insert_many(1'200);
  EXPECT_THAT(keys_named({}), ElementsAre());
  EXPECT_THAT(keys_named({"n00007"}), ElementsAre("k00007"));
  TextList names;
  for (int number = 0; number < 10'000; ++number) {
    auto text = std::to_string(number);
    names.push_back("n" + std::string(5 - text.size(), '0') + text);
  }
  EXPECT_EQ(keys_named(names).size(), 1'200U);
  names.resize(1'000);
  EXPECT_EQ(keys_named(names).size(), 1'000U);
}

TEST_P(DriverValues, NullIsNoText) {
  insert({{"key", "k"}, {"name", std::monostate()}, {"value", std::monostate()}});
  for (const auto* name : {"name", "number", "ratio", "flag", "moment", "state", "value"}) {
    EXPECT_EQ(text_of(name, "k"), std::nullopt) << name;
  }
}

TEST_P(DriverValues, BooleansAreWrittenOut) {
  insert({{"key", "yes"}, {"flag", true}});
  insert({{"key", "no"}, {"flag", false}});
  EXPECT_EQ(text_of("flag", "yes"), "true");
  EXPECT_EQ(text_of("flag", "no"), "false");
}

TEST_P(DriverValues, IntegersKeepAllTheirDigits) {
  for (const auto number : {std::numeric_limits<std::int64_t>::min(), std::int64_t{-1},
                            std::int64_t{0}, std::numeric_limits<std::int64_t>::max()}) {
    const auto key = "k" + std::to_string(number);
    insert({{"key", key}, {"number", number}});
    EXPECT_EQ(text_of("number", key), std::to_string(number));
  }
}

TEST_P(DriverValues, InstantsKeepTheirMicroseconds) {
  for (const auto* text : {"1970-01-01T00:00:00.000000Z", "2026-03-29T01:30:00.000001Z",
                           "2026-10-25T01:30:00.999999Z", "1999-12-31T23:59:59.123456Z"}) {
    insert({{"key", text}, {"moment", require(document::parse_instant(text))}});
    EXPECT_EQ(text_of("moment", text), text);
  }
}

TEST_P(DriverValues, EnumerationsGoByTheirLabel) {
  insert({{"key", "k"}, {"state", "SUCCESS"}});
  insert({{"key", "l"}, {"state", "CREATED"}});
  EXPECT_EQ(text_of("state", "k"), "SUCCESS");
  SqlWriter writer(connection_->dialect());
  writer.text("SELECT ").identifier("key").text(" FROM ").table(items()).text(" WHERE ");
  connection_->dialect().any_of(writer, "state", column("state"), {"SUCCESS", "RUNNING"});
  EXPECT_EQ(cell_of(*connection_, writer.take()), "k");
}

TEST_P(DriverValues, ADocumentsPartsAreReadByPath) {
  const std::string document =
      R"({"state": {"current": "RUN", "deep er": {"it's": "x\"y"}}, "n": 5, "t": true, "f": false})";
  insert({{"key", "k"}, {"value", document}});
  const auto at = [&](const std::vector<std::string>& path) {
    const auto expression = connection_->dialect().document_text("value", path);
    return cell_of(*connection_, "SELECT " + expression + " FROM items");
  };
  EXPECT_EQ(at({"state", "current"}), "RUN");
  EXPECT_EQ(at({"state", "deep er", "it's"}), "x\"y");
  EXPECT_EQ(at({"n"}), "5");
  EXPECT_EQ(at({"t"}), "true");
  EXPECT_EQ(at({"f"}), "false");
  EXPECT_EQ(at({"state", "missing"}), std::nullopt);
  EXPECT_EQ(text_of("value", "k").value_or("\n").find('\n'), std::string::npos);
}

TEST_P(DriverValues, APrefixIsNoPattern) {
  insert({{"key", "a"}, {"name", "my_ns.x"}});
  insert({{"key", "b"}, {"name", "myXns.x"}});
  insert({{"key", "c"}, {"name", "my%ns.x"}});
  insert({{"key", "d"}, {"name", "my_ns"}});
  insert({{"key", "e"}, {"name", "other.my_ns.x"}});
  const auto found = [&](const std::string& prefix) {
    SqlWriter writer(connection_->dialect());
    writer.text("SELECT ").identifier("key").text(" FROM ").table(items()).text(" WHERE ");
    connection_->dialect().starts_with(writer, "name", prefix);
    std::string keys;
    writer.text(" ORDER BY ").identifier("key");
    for (const auto& row : rows_of(*connection_, writer.take())) keys += row[0].value();
    return keys;
  };
  EXPECT_EQ(found("my_ns."), "a");
  EXPECT_EQ(found("my%ns."), "c");
  EXPECT_EQ(found("my_ns"), "ad");
  EXPECT_EQ(found(""), "abcde");
}

// A cursor is a text that is bound again, and finds the row it came from.
TEST_P(DriverValues, ACursorFindsItsOwnRow) {
  insert({{"key", "k"},
          {"name", "it's"},
          {"number", std::numeric_limits<std::int64_t>::max()},
          {"flag", true},
          {"moment", require(document::parse_instant("2026-03-29T01:30:00.000001Z"))},
          {"state", "RUNNING"}});
  const auto& dialect = connection_->dialect();
  const auto set_ratio = Statement{.sql = "UPDATE items SET ratio = 0.1 + 0.2", .parameters = {}};
  require(connection_->execute({&set_ratio, 1}, AfterBatch::commit));
  for (const auto* name : {"key", "name", "number", "ratio", "flag", "moment", "state"}) {
    SqlWriter reading(dialect);
    reading.text("SELECT ").text(dialect.as_cursor("i", column(name))).text(" FROM ");
    const auto cursor = cell_of(*connection_, reading.table(items()).text(" i").take());
    ASSERT_TRUE(cursor) << name;
    SqlWriter again(dialect);
    again.text("SELECT count(*) FROM ").table(items()).text(" WHERE ").identifier(name);
    again.text(" = ").bind_as(column(name), *cursor);
    EXPECT_EQ(cell_of(*connection_, again.take()), "1") << name << " " << *cursor;
  }
}

TEST_P(DriverValues, AnInstantIsComparedToTheMicrosecond) {
  const auto at = require(document::parse_instant("2026-02-03T01:00:10.123456Z"));
  insert({{"key", "k"}, {"moment", at}});
  const auto holds = [&](database::Comparison comparison, Instant bound) {
    SqlWriter writer(connection_->dialect());
    writer.text("SELECT count(*) FROM ").table(items()).text(" i WHERE ");
    connection_->dialect().compare_instant(writer, "i", column("moment"), {}, comparison, bound);
    return cell_of(*connection_, writer.take()) == "1";
  };
  constexpr std::chrono::microseconds kTick{1};
  using database::Comparison;
  EXPECT_TRUE(holds(Comparison::at_or_before, at));
  EXPECT_FALSE(holds(Comparison::at_or_before, at - kTick));
  EXPECT_FALSE(holds(Comparison::before, at));
  EXPECT_TRUE(holds(Comparison::before, at + kTick));
  EXPECT_TRUE(holds(Comparison::at_or_after, at));
  EXPECT_FALSE(holds(Comparison::at_or_after, at + kTick));
  EXPECT_FALSE(holds(Comparison::after, at));
  EXPECT_TRUE(holds(Comparison::after, at - kTick));
}

INSTANTIATE_TEST_SUITE_P(Drivers, DriverValues, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
