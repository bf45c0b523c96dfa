#include "hosts/cli/expression/dates/date_time.h"

#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "document/instant.h"
#include "document/nearest.h"
#include "document/strings.h"
#include "document/utf8.h"
#include "hosts/cli/expression/refuse.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

using std::chrono::microseconds;

date::local_days day_of(const DateTime& date) {
  return date::floor<date::days>(date.local());
}

Outcome<DateTime> checked(DateTime date) {
  const int year = static_cast<int>(date::year_month_day(day_of(date)).year());
  if (year >= 0 && year <= 9999) return date;
  return refuse("the date lies outside the years 0 to 9999");
}

enum class Scale { instant, days, months };

struct Unit {
  std::string_view name;
  Scale scale;
  std::int64_t size;
};

constexpr std::int64_t kHour = 3'600'000'000;
constexpr Unit kUnits[] = {
    {"MICROS", Scale::instant, 1},
    {"MILLIS", Scale::instant, 1'000},
    {"SECONDS", Scale::instant, 1'000'000},
    {"MINUTES", Scale::instant, 60'000'000},
    {"HOURS", Scale::instant, kHour},
    {"HALF_DAYS", Scale::instant, 12 * kHour},
    {"DAYS", Scale::days, 1},
    {"WEEKS", Scale::days, 7},
    {"MONTHS", Scale::months, 1},
    {"YEARS", Scale::months, 12},
    {"DECADES", Scale::months, 120},
    {"CENTURIES", Scale::months, 1200},
};

// A little more than the range of years of a date: a number beyond it is refused before it
// could overflow.
double longest(Scale scale) {
  constexpr double kYears = 12000;
  if (scale == Scale::months) return kYears * 12;
  return kYears * 366 * (scale == Scale::days ? 1 : 24 * static_cast<double>(kHour));
}

Outcome<Unit> find_unit(std::string_view name) {
  std::vector<std::string> known;
  for (const auto& unit : kUnits) {
    if (document::lower(unit.name) == document::lower(name)) return unit;
    known.emplace_back(unit.name);
  }
  return refuse("unknown unit '" + std::string(name) + "'" + document::did_you_mean(name, known));
}

DateTime on_day(DateTime date, date::local_days day) {
  const auto time_of_day = date.local() - day_of(date);
  date.instant = date.zone.instant_of(day + time_of_day, date.zone.offset_at(date.instant));
  return date;
}

DateTime moved_by_months(const DateTime& date, std::int64_t months) {
  const date::year_month_day from(day_of(date));
  auto to = from + date::months(static_cast<int>(months));
  if (!to.ok()) to = to.year() / to.month() / date::last;  // the 31st of a shorter month
  return on_day(date, date::local_days(to));
}

}  // namespace

LocalTime DateTime::local() const {
  return LocalTime(instant.time_since_epoch() + zone.offset_at(instant));
}

Outcome<DateTime> read_iso(std::string_view text, const Zone& zone) {
  const auto read = document::parse_iso_date_time(text);
  if (!read) {
    return refuse("'" + document::shortened(text, 60) +
                  "' is not an ISO 8601 date such as 2026-02-03T01:00:00Z; give existingFormat for "
                  "another form");
  }
  const LocalTime local(read->local.time_since_epoch());
  DateTime date{{}, zone};
  if (read->offset) date.zone = Zone{nullptr, *read->offset};
  date.instant = date.zone.instant_of(local, std::chrono::hours(99));
  if (!read->zone.empty()) {
    WINNOW_TRY(date.zone, find_zone(read->zone));
  }
  return checked(date);
}

Outcome<DateTime> from_number(std::int64_t number, const Zone& zone) {
  // 1e11 seconds lie beyond the year 5000, 1e11 milliseconds before 1974; and so on.
  const auto size = std::abs(static_cast<double>(number));
  if (size >= 1e17) return refuse("the number is too large for a date in microseconds");
  const std::int64_t unit = size < 1e11 ? 1'000'000 : size < 1e14 ? 1'000 : 1;
  return checked(DateTime{Instant(microseconds(number * unit)), zone});
}

Outcome<DateTime> plus(const DateTime& date, std::int64_t amount, std::string_view unit_name) {
  WINNOW_TRY(const auto unit, find_unit(unit_name));
  const auto span = static_cast<double>(amount) * static_cast<double>(unit.size);
  if (std::abs(span) > longest(unit.scale)) {
    return refuse("the amount " + std::to_string(amount) + " is too large");
  }
  const std::int64_t size = amount * unit.size;
  if (unit.scale == Scale::months) return checked(moved_by_months(date, size));
  if (unit.scale == Scale::days) return checked(on_day(date, day_of(date) + date::days(size)));
  return checked(DateTime{date.instant + microseconds(size), date.zone});
}

}  // namespace winnow::cli::expression
