// Dates in expressions, as Java and Kestra calculate and print them. "Now" is
// 2026-11-24T12:34:56.123456Z.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/hosts/cli/expression/expression_support.h"

namespace winnow::cli::expression {
namespace {

class Dates : public testing::TestWithParam<Example> {};

TEST_P(Dates, Prints) {
  EXPECT_EQ(rendered(GetParam().text), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Now, Dates,
    testing::Values(
        Example{"{{ now() }}", "2026-11-24T13:34:56.123456+01:00"},
        Example{"{{ now(timeZone='UTC') }}", "2026-11-24T12:34:56.123456Z"},
        Example{"{{ now(timeZone='America/St_Johns') }}", "2026-11-24T09:04:56.123456-03:30"},
        Example{"{{ now('yyyy-MM-dd') }}", "2026-11-24"},
        Example{"{{ now(format='HH:mm', timeZone='+05:30') }}", "18:04"},
        Example{"{{ now() | dateAdd(-1, 'MONTHS') }}", "2026-10-24T14:34:56.123456+02:00"},
        Example{"{{ now() | dateAdd(-1, 'MONTHS', timeZone='UTC') }}",
                "2026-10-24T12:34:56.123456Z"},
        Example{"{{ trigger.date ?? now() | dateAdd(-30, 'DAYS') | date('yyyy-MM-dd') }}",
                "2026-10-25"},
        Example{"{{ now() | dateAdd(-inputs.days, 'DAYS', 'yyyy-MM-dd') }}", "2026-10-25"},
        Example{"{{ (now() | timestamp) > (now() | dateAdd(-1, 'DAYS') | timestamp) }}", "true"}));

INSTANTIATE_TEST_SUITE_P(
    MonthEnds, Dates,
    testing::Values(
        Example{"{{ '2026-03-31T10:00:00Z' | dateAdd(-1, 'MONTHS', timeZone='UTC') }}",
                "2026-02-28T10:00:00.000000Z"},
        Example{"{{ '2024-03-31T10:00:00Z' | dateAdd(-1, 'MONTHS', timeZone='UTC') }}",
                "2024-02-29T10:00:00.000000Z"},
        Example{"{{ '2024-02-29T00:00:00Z' | dateAdd(1, 'YEARS', timeZone='UTC') }}",
                "2025-02-28T00:00:00.000000Z"},
        Example{"{{ '2026-01-31T00:00:00Z' | dateAdd(1, 'months', timeZone='UTC') }}",
                "2026-02-28T00:00:00.000000Z"},
        Example{"{{ '2025-12-31T23:59:59.999999Z' | dateAdd(2, 'MONTHS', timeZone='UTC') }}",
                "2026-02-28T23:59:59.999999Z"},
        Example{"{{ '2026-12-31T00:00:00Z' | dateAdd(-13, 'MONTHS', timeZone='UTC') }}",
                "2025-11-30T00:00:00.000000Z"},
        Example{"{{ '2000-02-29T00:00:00Z' | dateAdd(1, 'CENTURIES', timeZone='UTC') }}",
                "2100-02-28T00:00:00.000000Z"},
        Example{"{{ '2026-05-31T00:00:00Z' | dateAdd(1, 'DECADES', timeZone='UTC') }}",
                "2036-05-31T00:00:00.000000Z"}));

INSTANTIATE_TEST_SUITE_P(
    Units, Dates,
    testing::Values(
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-1, 'MICROS', timeZone='UTC') }}",
                "2025-12-31T23:59:59.999999Z"},
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(1500, 'MILLIS', timeZone='UTC') }}",
                "2026-01-01T00:00:01.500000Z"},
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-61, 'SECONDS', timeZone='UTC') }}",
                "2025-12-31T23:58:59.000000Z"},
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(90, 'MINUTES', timeZone='UTC') }}",
                "2026-01-01T01:30:00.000000Z"},
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-25, 'HOURS', timeZone='UTC') }}",
                "2025-12-30T23:00:00.000000Z"},
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(1, 'HALF_DAYS', timeZone='UTC') }}",
                "2026-01-01T12:00:00.000000Z"},
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-1, 'Weeks', timeZone='UTC') }}",
                "2025-12-25T00:00:00.000000Z"},
        Example{"{{ '1969-12-31T23:59:59.5Z' | dateAdd(-750, 'MILLIS', timeZone='UTC') }}",
                "1969-12-31T23:59:58.750000Z"},
        Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(0, 'DAYS', timeZone='UTC') }}",
                "2026-01-01T00:00:00.000000Z"}));

// Paris: 2026-03-29 02:00 -> 03:00, 2026-10-25 03:00 -> 02:00.
INSTANTIATE_TEST_SUITE_P(
    ClockChanges, Dates,
    testing::Values(
        // A date in a region keeps its local time over the change ...
        Example{"{{ '2026-03-28T12:00:00' | dateAdd(1, 'DAYS') }}",
                "2026-03-29T12:00:00.000000+02:00"},
        Example{"{{ '2026-03-28T12:00:00' | dateAdd(24, 'HOURS') }}",
                "2026-03-29T13:00:00.000000+02:00"},
        Example{"{{ '2026-10-24T12:00:00+02:00[Europe/Paris]' | dateAdd(1, 'DAYS') }}",
                "2026-10-25T12:00:00.000000+01:00"},
        // ... one that has an offset alone keeps that, as in Kestra.
        Example{"{{ '2026-10-24T12:00:00+02:00' | dateAdd(1, 'DAYS') }}",
                "2026-10-25T11:00:00.000000+01:00"},
        // A local time that is skipped moves on by an hour; one that comes twice keeps its offset,
        // or is the first.
        Example{"{{ '2026-03-28T02:30:00' | dateAdd(1, 'DAYS') }}",
                "2026-03-29T03:30:00.000000+02:00"},
        Example{"{{ '2026-03-29T02:30:00' | date }}", "2026-03-29T03:30:00.000000+02:00"},
        Example{"{{ '2026-10-25T02:30:00' | date }}", "2026-10-25T02:30:00.000000+02:00"},
        Example{"{{ '2026-10-26T02:30:00' | dateAdd(-1, 'DAYS') }}",
                "2026-10-25T02:30:00.000000+01:00"},
        Example{"{{ '2026-10-24T02:30:00' | dateAdd(1, 'DAYS') }}",
                "2026-10-25T02:30:00.000000+02:00"},
        Example{"{{ '2026-09-25T02:30:00' | dateAdd(1, 'MONTHS') }}",
                "2026-10-25T02:30:00.000000+02:00"},
        Example{"{{ '2026-10-25T02:30:00+02:00[Europe/Paris]' | dateAdd(1, 'HOURS') }}",
                "2026-10-25T02:30:00.000000+01:00"},
        Example{"{{ '2026-11-25T02:30:00' | dateAdd(-1, 'MONTHS', timeZone='Europe/Paris') }}",
                "2026-10-25T02:30:00.000000+01:00"}));

INSTANTIATE_TEST_SUITE_P(
    Reading, Dates,
    testing::Values(
        Example{"{{ '2026-02-03' | date }}", "2026-02-03T00:00:00.000000+01:00"},
        Example{"{{ '2026-02-03T04:05' | date }}", "2026-02-03T04:05:00.000000+01:00"},
        Example{"{{ '2026-02-03T04:05:06.7' | date(timeZone='UTC') }}",
                "2026-02-03T04:05:06.700000Z"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | date('iso', 'UTC') }}",
                "2026-02-03T04:05:06.123456Z"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestampNano }}", "1770091506123456000"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestampMicro }}", "1770091506123456"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestampMilli }}", "1770091506123"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestamp }}", "1770091506"},
        Example{"{{ '1969-12-31T23:59:59.5Z' | timestamp }}", "-1"},
        Example{"{{ 1378653552 | date('iso_sec') }}", "2013-09-08T17:19:12+02:00"},
        Example{"{{ 1378653552123 | date('iso_milli') }}", "2013-09-08T17:19:12.123+02:00"},
        Example{"{{ 1378653552123456 | date }}", "2013-09-08T17:19:12.123456+02:00"},
        Example{"{{ -1 | date(timeZone='UTC') }}", "1969-12-31T23:59:59.000000Z"},
        Example{"{{ '2013-09-08T17:19:12+02:00' | date(timeZone='Asia/Kathmandu') }}",
                "2013-09-08T21:04:12.000000+05:45"},
        Example{"{{ 'July 24, 2001' | date('yyyy-MM-dd', existingFormat='MMMM dd, yyyy') }}",
                "2001-07-24"},
        Example{"{{ '08092023' | date('yyyy-MM-dd', existingFormat='ddMMyyyy') }}", "2023-09-08"},
        Example{"{{ '8.9.2023' | date('yyyy-MM-dd', existingFormat='d.M.yyyy') }}", "2023-09-08"},
        Example{"{{ '2023-09-08 11:22:33.444 PM' | date('iso_milli', existingFormat='yyyy-MM-dd "
                "hh:mm:ss.SSS a') }}",
                "2023-09-08T23:22:33.444+02:00"},
        Example{"{{ '12:30 AM 2023-09-08' | date('HH:mm', existingFormat='h:mm a yyyy-MM-dd') }}",
                "00:30"},
        Example{"{{ '2023-09-08 11:22 +0530' | date(timeZone='UTC', existingFormat='yyyy-MM-dd "
                "HH:mm Z') }}",
                "2023-09-08T05:52:00.000000Z"},
        Example{"{{ 'Tue, 08 Feb 2022 19:38' | date(existingFormat='EEE, dd MMM yyyy HH:mm') }}",
                "2022-02-08T19:38:00.000000+01:00"},
        Example{"{{ '2022-02-08 19:38:26.123' | date('iso_milli', existingFormat='sql_milli') }}",
                "2022-02-08T19:38:26.123+01:00"},
        Example{"{{ '100% 2022-02-08' | date('yyyy', existingFormat=\"'100%' yyyy-MM-dd\") }}",
                "2022"},
        // A local time that a clock change skips moves on, as without existingFormat; a quoted
        // letter is not a zone.
        Example{"{{ '29/03/2026 02:30' | date(timeZone='Europe/Paris', existingFormat='dd/MM/yyyy "
                "HH:mm') }}",
                "2026-03-29T03:30:00.000000+02:00"},
        Example{"{{ '2026-02-03 z' | date('yyyy-MM-dd', existingFormat=\"yyyy-MM-dd 'z'\") }}",
                "2026-02-03"},
        Example{"{{ inputs.nothing | date }}", ""},
        Example{"{{ inputs.nothing | dateAdd(1, 'DAYS') }}", ""}));

constexpr auto kDate = "{{ '2026-02-03T04:05:06.070809+01:00[Europe/Paris]' | date('";

class Formats : public testing::TestWithParam<Example> {};

TEST_P(Formats, Prints) {
  EXPECT_EQ(rendered(kDate + GetParam().text + "') }}"), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Names, Formats,
                         testing::Values(Example{"iso", "2026-02-03T04:05:06.070809+01:00"},
                                         Example{"iso_milli", "2026-02-03T04:05:06.070+01:00"},
                                         Example{"iso_sec", "2026-02-03T04:05:06+01:00"},
                                         Example{"sql", "2026-02-03 04:05:06.070809"},
                                         Example{"sql_milli", "2026-02-03 04:05:06.070"},
                                         Example{"sql_sec", "2026-02-03 04:05:06"},
                                         Example{"iso_date", "2026-02-03+01:00"},
                                         Example{"iso_local_date", "2026-02-03"}));

INSTANTIATE_TEST_SUITE_P(
    Letters, Formats,
    testing::Values(Example{"yyyy uuuu", "2026 2026"},
                    Example{"M MM MMM MMMM", "2 02 Feb February"}, Example{"d dd DDD", "3 03 034"},
                    Example{"E EEE EEEE", "Tue Tue Tuesday"},
                    Example{"H HH h hh a", "4 04 4 04 AM"}, Example{"m mm s ss", "5 05 6 06"},
                    Example{"S SS SSS SSSSSS", "0 07 070 070809"},
                    Example{"XX XXX xx xxx Z", "+0100 +01:00 +0100 +01:00 +0100"},
                    Example{R"(\'T\' yyyy)", "T 2026"}, Example{R"(h \'o\'\'clock\')", "4 o'clock"},
                    Example{"yyyy/MM/dd %", "2026/02/03 %"}, Example{R"(yyyy\'\'MM)", "2026'02"}));

// What the date library would print or read otherwise than Java.
INSTANTIATE_TEST_SUITE_P(
    Refused, Dates, testing::ValuesIn([] {
      std::vector<Example> refused;
      for (const std::string letters : {"yy", "Y", "D", "Q", "K", "k", "n", "V", "z", "X", "x", "O",
                                        "L", "EEEEE", "SSSSSSS", "["}) {
        refused.push_back(
            {"{{ now() | date('" + letters + "') }}",
             "error@12: date: the pattern has '" + letters +
                 "', which this command "
                 "doesn't print as Java does (a year is yyyy, a string stands in single "
                 "quotes); for other patterns run the flow in Kestra"});
      }
      return refused;
    }()));

INSTANTIATE_TEST_SUITE_P(
    Amounts, Dates,
    testing::Values(
        Example{"{{ '2026-03-31' | dateAdd('-1', 'MONTHS', 'yyyy-MM-dd') }}", "2026-02-28"},
        Example{"{{ '2026-03-31' | dateAdd('+1', 'DAYS', 'yyyy-MM-dd') }}", "2026-04-01"},
        Example{"{{ '2026-03-31' | dateAdd(\"7\", 'DAYS', 'yyyy-MM-dd') }}", "2026-04-07"}));

INSTANTIATE_TEST_SUITE_P(
    NoAmounts, Dates, testing::ValuesIn([] {
      std::vector<Example> refused;
      for (const std::string text :
           {"", " 1", "1 ", "1.5", "+-1", "++1", "1e3", "one", "0x1", "9223372036854775808"}) {
        refused.push_back(
            {"{{ now() | dateAdd('" + text + "', 'MONTHS') }}",
             "error@12: dateAdd: 'amount' must be a whole number, found the string '" + text +
                 "'"});
      }
      return refused;
    }()));

INSTANTIATE_TEST_SUITE_P(
    Mistakes, Dates,
    testing::Values(
        Example{"{{ now() | dateAdd(-1, 'MONTH') }}",
                "error@12: dateAdd: unknown unit 'MONTH' (did you mean \"MONTHS\"?)"},
        Example{"{{ now() | dateAdd(1.5, 'DAYS') }}",
                "error@12: dateAdd: 'amount' must be a whole number, found 1.5"},
        Example{"{{ now() | dateAdd(-1) }}", "error@12: 'dateAdd' needs the argument 'unit'"},
        Example{"{{ now() | dateAdd(-3000, 'YEARS') }}",
                "error@12: dateAdd: the date lies outside the years 0 to 9999"},
        Example{"{{ now() | dateAdd(9223372036854775807, 'DAYS') }}",
                "error@12: dateAdd: the amount 9223372036854775807 is too large"},
        Example{"{{ now() | dateAdd(-9223372036854775807, 'MICROS') }}",
                "error@12: dateAdd: the amount -9223372036854775807 is too large"},
        Example{"{{ now(timeZone='Europe/Pariss') }}",
                "error@4: now: unknown time zone 'Europe/Pariss' (did you mean \"Europe/Paris\"?)"},
        Example{"{{ 'yesterday' | date }}",
                "error@18: date: 'yesterday' is not an ISO 8601 date such as 2026-02-03T01:00:00Z; "
                "give existingFormat for another form"},
        Example{
            "{{ '2026-02-30' | date }}",
            "error@19: date: '2026-02-30' is not an ISO 8601 date such as 2026-02-03T01:00:00Z; "
            "give existingFormat for another form"},
        Example{"{{ '2026-02-03T24:00:00Z' | date }}",
                "error@29: date: '2026-02-03T24:00:00Z' is not an ISO 8601 date such as "
                "2026-02-03T01:00:00Z; give existingFormat for another form"},
        Example{"{{ '03/02/2026' | date(existingFormat='yyyy-MM-dd') }}",
                "error@19: date: '03/02/2026' does not have the form 'yyyy-MM-dd'"},
        Example{"{{ now() | date(\"yyyy 'at\") }}",
                "error@12: date: the pattern has a quote without an end"},
        Example{"{{ now() | date(5) }}", "error@12: date: 'format' must be a string, found 5"},
        Example{"{{ '3/2/2026' | date(existingFormat='dd/MM/yyyy') }}",
                "error@17: date: '3/2/2026' does not have the form 'dd/MM/yyyy'"},
        Example{"{{ '03/02/2026 x' | date(existingFormat='dd/MM/yyyy') }}",
                "error@21: date: '03/02/2026 x' does not have the form 'dd/MM/yyyy'"},
        Example{"{{ 'Mon 03/02/2026' | date(existingFormat='EEE dd/MM/yyyy') }}",
                "error@23: date: 'Mon 03/02/2026' does not have the form 'EEE dd/MM/yyyy'"},
        Example{"{{ '2026-02-03+01:00' | date(existingFormat='yyyy-MM-ddXXX') }}",
                "error@25: date: X in a pattern can't be used to read a date, use Z"},
        Example{"{{ true | date }}", "error@11: date: expected a date, found true"},
        Example{"{{ '10:20' | date(existingFormat='HH:mm') }}",
                "error@14: date: the pattern 'HH:mm' has no year, month and day to read a date by"},
        Example{
            "{{ '2026-02-03 10' | date(existingFormat='yyyy-MM-dd hh') }}",
            "error@22: date: the pattern 'yyyy-MM-dd hh' has h without a: which half of the day "
            "is meant?"}));

TEST(MachineZone, IsTheEnvironments) {
  EXPECT_EQ(rendered("{{ now() }}", "America/New_York"), "2026-11-24T07:34:56.123456-05:00");
  EXPECT_EQ(rendered("{{ now() }}", ":Asia/Tokyo"), "2026-11-24T21:34:56.123456+09:00");
  EXPECT_EQ(rendered("{{ now() }}", "/usr/share/zoneinfo/Asia/Tokyo"),
            "2026-11-24T21:34:56.123456+09:00");
  EXPECT_EQ(rendered("{{ now() }}", ""), "2026-11-24T12:34:56.123456Z");
  EXPECT_THAT(rendered("{{ now() }}", "Nowhere/City"),
              testing::HasSubstr("the environment's TZ: unknown time zone 'Nowhere/City'"));
}

TEST(MachineZone, IsNotAskedForWhereAZoneIsNamed) {
  EXPECT_EQ(rendered("{{ now(timeZone='UTC') }}", "Nowhere/City"), "2026-11-24T12:34:56.123456Z");
}

}  // namespace
}  // namespace winnow::cli::expression
