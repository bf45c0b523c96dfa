#include "hosts/cli/expression/dates/date_time.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "document/nearest.h"

namespace winnow::cli::expression {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

date::local_days local_day(const DateTime& date) {
  return date::floor<date::days>(date.local());
}

Result<DateTime> checked(DateTime date) {
  const date::year_month_day day(local_day(date));
  const int year = static_cast<int>(day.year());
  if (year >= kFirstYear && year <= kLastYear) return date;
  return problem("the date lies outside the years " + std::to_string(kFirstYear) + " to " +
                 std::to_string(kLastYear));
}

// Reads an ISO date from front to back.
class IsoReader {
 public:
  explicit IsoReader(std::string_view text) : rest_(text) {}

  std::optional<LocalParts> run() {
    LocalParts parts;
    int month = 0;
    int day = 0;
    if (!digits(4, parts.year) || !take('-') || !digits(2, month) || !take('-') || !digits(2, day))
      return std::nullopt;
    parts.month = static_cast<unsigned>(month);
    parts.day = static_cast<unsigned>(day);
    if (rest_.empty()) return parts;
    if (!take('T') && !take('t')) return std::nullopt;
    if (!time(parts) || !zone(parts) || !rest_.empty()) return std::nullopt;
    return parts;
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool digits(std::size_t count, int& value) {
    if (rest_.size() < count) return false;
    const auto* end = rest_.data() + count;
    if (rest_[0] == '-' || std::from_chars(rest_.data(), end, value).ptr != end) return false;
    rest_.remove_prefix(count);
    return true;
  }

  bool time(LocalParts& parts) {
    if (!digits(2, parts.hour) || !take(':') || !digits(2, parts.minute)) return false;
    if (!take(':')) return true;
    if (!digits(2, parts.second)) return false;
    if (!take('.')) return true;
    std::int64_t scale = 1'000'000'000;
    while (!rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9') {
      scale /= 10;
      if (scale == 0) return false;  // more than nine digits
      parts.fraction += nanoseconds((rest_[0] - '0') * scale);
      rest_.remove_prefix(1);
    }
    return true;
  }

  bool zone(LocalParts& parts) {
    if (rest_.empty()) return true;
    seconds offset{0};
    const auto size = read_offset(rest_, offset);
    if (size == 0) return false;
    parts.offset = offset;
    rest_.remove_prefix(size);
    if (!take('[')) return true;
    const auto end = rest_.find(']');
    if (end == std::string_view::npos) return false;
    const auto region = find_zone(rest_.substr(0, end));
    if (!region) return false;
    parts.region = *region;
    rest_.remove_prefix(end + 1);
    return true;
  }

  std::string_view rest_;
};

enum class Line { instant, days, months };

struct Unit {
  std::string_view name;
  Line line;
  std::int64_t size;  // in nanoseconds, days or months
};

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr Unit kUnits[] = {
    {"NANOS", Line::instant, 1},
    {"MICROS", Line::instant, 1'000},
    {"MILLIS", Line::instant, 1'000'000},
    {"SECONDS", Line::instant, kSecond},
    {"MINUTES", Line::instant, 60 * kSecond},
    {"HOURS", Line::instant, 3600 * kSecond},
    {"HALF_DAYS", Line::instant, 12 * (3600 * kSecond)},
    {"DAYS", Line::days, 1},
    {"WEEKS", Line::days, 7},
    {"MONTHS", Line::months, 1},
    {"YEARS", Line::months, 12},
    {"DECADES", Line::months, 120},
    {"CENTURIES", Line::months, 1200},
    {"MILLENNIA", Line::months, 12000},
};

// A little more than all years that a text can hold: what goes beyond is refused before it could
// overflow.
double longest(Line line) {
  constexpr double kYears = 12000;
  switch (line) {
    case Line::days:
      return kYears * 366;
    case Line::months:
      return kYears * 12;
    default:
      return kYears * 366 * 86400 * static_cast<double>(kSecond);
  }
}

Result<const Unit*> find_unit(std::string_view name) {
  std::string upper(name);
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::vector<std::string> known;
  for (const auto& unit : kUnits) {
    if (unit.name == upper) return &unit;
    known.emplace_back(unit.name);
  }
  return problem("unknown unit '" + std::string(name) + "'" + document::did_you_mean(name, known));
}

// Whole seconds and the rest apart: nanoseconds alone would not reach beyond 292 years.
DateTime moved(DateTime date, std::int64_t amount, std::int64_t size) {
  const std::int64_t whole =
      size >= kSecond ? amount * (size / kSecond) : amount / (kSecond / size);
  const std::int64_t rest = size >= kSecond ? 0 : amount % (kSecond / size) * size;
  const nanoseconds fraction = date.fraction + nanoseconds(rest);
  const auto carried = date::floor<seconds>(fraction);
  date.instant += seconds(whole) + carried;
  date.fraction = fraction - carried;
  return date;
}

DateTime relocated(DateTime date, date::local_days day) {
  const auto time_of_day = date.local() - local_day(date);
  date.instant = date.zone.instant_of(date::local_seconds(day) + time_of_day, date.offset());
  return date;
}

DateTime moved_by_months(const DateTime& date, std::int64_t months) {
  const date::year_month_day from(local_day(date));
  auto to = from + date::months(static_cast<int>(months));
  if (!to.ok()) to = to.year() / to.month() / date::last;  // the 31st of a shorter month
  return relocated(date, date::local_days(to));
}

}  // namespace

DateTime DateTime::of(document::Instant instant, Zone zone) {
  const auto whole = date::floor<seconds>(instant);
  return DateTime{whole, instant - whole, zone};
}

DateTime DateTime::in(Zone other) const {
  return DateTime{instant, fraction, other};
}

date::local_seconds DateTime::local() const {
  return date::local_seconds(instant.time_since_epoch() + offset());
}

Result<DateTime> assembled(const LocalParts& parts, const Zone& zone) {
  const date::year_month_day day(date::year(parts.year), date::month(parts.month),
                                 date::day(parts.day));
  if (!day.ok()) return problem("there is no such day in the calendar");
  const bool in_day = parts.hour >= 0 && parts.hour < 24 && parts.minute >= 0 &&
                      parts.minute < 60 && parts.second >= 0 && parts.second < 60;
  if (!in_day) return problem("there is no such time of day");
  const auto local = date::local_seconds(date::local_days(day)) + std::chrono::hours(parts.hour) +
                     std::chrono::minutes(parts.minute) + seconds(parts.second);
  DateTime date{{}, parts.fraction, parts.region.value_or(zone)};
  if (parts.offset) {
    if (!parts.region) date.zone = Zone{nullptr, *parts.offset};
    date.instant = date::sys_seconds(local.time_since_epoch() - *parts.offset);
  } else {
    date.instant = date.zone.instant_of(local);
  }
  return checked(date);
}

Result<DateTime> read_iso(std::string_view text, const Zone& zone) {
  const auto parts = IsoReader(text).run();
  if (parts) return assembled(*parts, zone);
  return problem("'" + std::string(text.substr(0, 60)) +
                 "' is not an ISO 8601 date such as 2026-02-03T01:00:00Z; give existingFormat for "
                 "another form");
}

Result<DateTime> from_number(std::int64_t number, const Zone& zone) {
  // 1e11 seconds are beyond the year 5000, 1e11 milliseconds before 1974; and so on.
  const std::int64_t size = std::llabs(number / 100'000'000'000);
  const std::int64_t unit = size == 0          ? kSecond
                            : size < 1000      ? 1'000'000
                            : size < 1'000'000 ? 1000
                                               : 1;
  return checked(moved(DateTime{{}, nanoseconds(0), zone}, number, unit));
}

Result<DateTime> plus(const DateTime& date, std::int64_t amount, std::string_view unit_name) {
  const auto unit = find_unit(unit_name);
  if (!unit) return problem(unit.error());
  const std::int64_t size = (*unit)->size;
  const double span = static_cast<double>(amount) * static_cast<double>(size);
  if (std::abs(span) > longest((*unit)->line)) {
    return problem("the amount " + std::to_string(amount) + " is too large");
  }
  switch ((*unit)->line) {
    case Line::days:
      return checked(relocated(date, local_day(date) + date::days(amount * size)));
    case Line::months:
      return checked(moved_by_months(date, amount * size));
    default:
      return checked(moved(date, amount, size));
  }
}

}  // namespace winnow::cli::expression
