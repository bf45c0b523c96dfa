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
    testing::Values(Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-1, 'NANOS', 'iso_instant') }}",
                            "2025-12-31T23:59:59.999999999Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-1, 'MICROS', 'iso_instant') }}",
                            "2025-12-31T23:59:59.999999Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(1500, 'MILLIS', 'iso_instant') }}",
                            "2026-01-01T00:00:01.500Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-61, 'SECONDS', 'iso_instant') }}",
                            "2025-12-31T23:58:59Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(90, 'MINUTES', 'iso_instant') }}",
                            "2026-01-01T01:30:00Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-25, 'HOURS', 'iso_instant') }}",
                            "2025-12-30T23:00:00Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(1, 'HALF_DAYS', 'iso_instant') }}",
                            "2026-01-01T12:00:00Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(-1, 'Weeks', 'iso_instant') }}",
                            "2025-12-25T00:00:00Z"},
                    Example{
                        "{{ '1969-12-31T23:59:59.5Z' | dateAdd(-750, 'MILLIS', 'iso_instant') }}",
                        "1969-12-31T23:59:58.750Z"},
                    Example{"{{ '2026-01-01T00:00:00Z' | dateAdd(0, 'DAYS', 'iso_instant') }}",
                            "2026-01-01T00:00:00Z"}));

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
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestampNano }}", "1770091506123456789"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestampMicro }}", "1770091506123456"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestampMilli }}", "1770091506123"},
        Example{"{{ '2026-02-03T04:05:06.123456789Z' | timestamp }}", "1770091506"},
        Example{"{{ '1969-12-31T23:59:59.5Z' | timestamp }}", "-1"},
        Example{"{{ 1378653552 | date('iso_sec') }}", "2013-09-08T17:19:12+02:00"},
        Example{"{{ 1378653552123 | date('iso_milli') }}", "2013-09-08T17:19:12.123+02:00"},
        Example{"{{ 1378653552123456 | date }}", "2013-09-08T17:19:12.123456+02:00"},
        Example{"{{ 1378653552123456789 | date('iso_instant') }}",
                "2013-09-08T15:19:12.123456789Z"},
        Example{"{{ -1 | date('iso_instant') }}", "1969-12-31T23:59:59Z"},
        Example{"{{ '2013-09-08T17:19:12+02:00' | date(timeZone='Asia/Kathmandu') }}",
                "2013-09-08T21:04:12.000000+05:45"},
        Example{"{{ 'July 24, 2001' | date('yyyy-MM-dd', existingFormat='MMMM dd, yyyy') }}",
                "2001-07-24"},
        Example{"{{ '08092023' | date('yyyy-MM-dd', existingFormat='ddMMyyyy') }}", "2023-09-08"},
        Example{"{{ '8.9.23' | date('yyyy-MM-dd', existingFormat='d.M.yy') }}", "2023-09-08"},
        Example{"{{ '2023-09-08 11:22:33.444 PM' | date('iso_milli', existingFormat='yyyy-MM-dd "
                "hh:mm:ss.SSS a') }}",
                "2023-09-08T23:22:33.444+02:00"},
        Example{"{{ '12:30 AM 2023-09-08' | date('HH:mm', existingFormat='h:mm a yyyy-MM-dd') }}",
                "00:30"},
        Example{"{{ '2023-09-08 11:22:33 America/New_York' | date('iso_instant', "
                "existingFormat='yyyy-MM-dd HH:mm:ss VV') }}",
                "2023-09-08T15:22:33Z"},
        Example{"{{ '2023-09-08 11:22 +0530' | date('iso_instant', existingFormat='yyyy-MM-dd "
                "HH:mm Z') }}",
                "2023-09-08T05:52:00Z"},
        Example{"{{ 'Tue, 08 Feb 2022 19:38:26 GMT' | date(existingFormat='rfc_1123_date_time') }}",
                "2022-02-08T20:38:26.000000+01:00"},
        Example{"{{ '2022-02-08 19:38:26.123' | date('iso_milli', existingFormat='sql_milli') }}",
                "2022-02-08T19:38:26.123+01:00"},
        Example{"{{ '2022-02-08T19:38:26Z' | date('iso_sec', existingFormat='iso_date_time') }}",
                "2022-02-08T20:38:26+01:00"},
        Example{"{{ inputs.nothing | date }}", ""},
        Example{"{{ inputs.nothing | dateAdd(1, 'DAYS') }}", ""}));

constexpr auto kDate = "{{ '2026-02-03T04:05:06.070809+01:00[Europe/Paris]' | date('";

class Formats : public testing::TestWithParam<Example> {};

TEST_P(Formats, Prints) {
  EXPECT_EQ(rendered(kDate + GetParam().text + "') }}"), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Names, Formats,
    testing::Values(
        Example{"iso", "2026-02-03T04:05:06.070809+01:00"},
        Example{"iso_milli", "2026-02-03T04:05:06.070+01:00"},
        Example{"iso_sec", "2026-02-03T04:05:06+01:00"},
        Example{"sql", "2026-02-03 04:05:06.070809"},
        Example{"sql_milli", "2026-02-03 04:05:06.070"}, Example{"sql_sec", "2026-02-03 04:05:06"},
        Example{"sql_seq", "2026-02-03 04:05:06"},
        Example{"iso_date_time", "2026-02-03T04:05:06.070809+01:00[Europe/Paris]"},
        Example{"iso_zoned_date_time", "2026-02-03T04:05:06.070809+01:00[Europe/Paris]"},
        Example{"iso_offset_date_time", "2026-02-03T04:05:06.070809+01:00"},
        Example{"iso_local_date_time", "2026-02-03T04:05:06.070809"},
        Example{"iso_instant", "2026-02-03T03:05:06.070809Z"},
        Example{"iso_date", "2026-02-03+01:00"}, Example{"iso_local_date", "2026-02-03"},
        Example{"iso_time", "04:05:06.070809+01:00"},
        Example{"iso_offset_time", "04:05:06.070809+01:00"},
        Example{"iso_local_time", "04:05:06.070809"}, Example{"iso_ordinal_date", "2026-034+01:00"},
        Example{"iso_week_date", "2026-W06-2+01:00"},
        Example{"rfc_1123_date_time", "Tue, 3 Feb 2026 04:05:06 +0100"}));

INSTANTIATE_TEST_SUITE_P(
    Letters, Formats,
    testing::Values(Example{"y yy yyyy u", "2026 26 2026 2026"},
                    Example{"M MM MMM MMMM MMMMM L", "2 02 Feb February F 2"},
                    Example{"d dd D DDD", "3 03 34 034"}, Example{"E EEEE EEEEE", "Tue Tuesday T"},
                    Example{"Q QQ QQQ", "1 01 Q1"}, Example{"H HH h hh K k a", "4 04 4 04 4 4 AM"},
                    Example{"m mm s ss", "5 05 6 06"},
                    Example{"S SS SSS SSSSSSSSS", "0 07 070 070809000"}, Example{"n", "70809000"},
                    Example{"X XX XXX XXXX XXXXX", "+01 +0100 +01:00 +0100 +01:00"},
                    Example{"x xx xxx", "+01 +0100 +01:00"},
                    Example{"Z ZZZZ ZZZZZ", "+0100 GMT+01:00 +01:00"},
                    Example{"O OOOO", "GMT+1 GMT+01:00"}, Example{"z VV", "CET Europe/Paris"},
                    Example{R"(\'T\' yyyy)", "T 2026"}, Example{R"(h \'o\'\'clock\')", "4 o'clock"},
                    Example{"yyyy/MM/dd", "2026/02/03"}, Example{R"(yyyy\'\'MM)", "2026'02"}));

INSTANTIATE_TEST_SUITE_P(
    Mistakes, Dates,
    testing::Values(
        Example{"{{ now() | dateAdd(-1, 'MONTH') }}",
                "error@12: dateAdd: unknown unit 'MONTH' (did you mean \"MONTHS\"?)"},
        Example{"{{ now() | dateAdd('-1', 'MONTHS') }}",
                "error@12: dateAdd: 'amount' must be a whole number, found the text '-1'"},
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
        Example{"{{ '2026-02-30' | date }}",
                "error@19: date: there is no such day in the calendar"},
        Example{"{{ '2026-02-03T24:00:00Z' | date }}",
                "error@29: date: there is no such time of day"},
        Example{
            "{{ '03/02/2026' | date(existingFormat='yyyy-MM-dd') }}",
            "error@19: date: '03/02/2026' does not have the form of the pattern, at character 1"},
        Example{"{{ now() | date('YYYY-MM-dd') }}",
                "error@12: date: 'YYYY' is the year of the week calendar, use yyyy"},
        Example{"{{ now() | date('full') }}",
                "error@12: date: the format 'full' depends on a locale, write a pattern such as "
                "yyyy-MM-dd"},
        Example{"{{ now() | date('yyyy-MM-ddTHH') }}",
                "error@12: date: the pattern letter 'T' is not supported; text in a pattern stands "
                "in single quotes"},
        Example{"{{ now() | date(\"yyyy 'at\") }}",
                "error@12: date: the pattern has a quote without an end"},
        Example{"{{ now() | date('ddd') }}",
                "error@12: date: the pattern has 'ddd', which has no meaning"},
        Example{"{{ now() | date(5) }}", "error@12: date: 'format' must be a text, found 5"},
        Example{"{{ now(locale='fr') }}",
                "error@4: now: only English names are known, not locale 'fr'"},
        Example{"{{ true | date }}", "error@11: date: expected a date, found true"},
        Example{"{{ '10:20' | date(existingFormat='HH:mm') }}",
                "error@14: date: the pattern has no year"}));

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
