// Prints the fields of a date pattern.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "hosts/cli/expression/dates/date_pattern.h"

namespace winnow::cli::expression {
namespace {

using std::chrono::seconds;

std::string padded(std::int64_t number, std::size_t width) {
  std::string digits = std::to_string(number);
  if (digits.size() < width) digits.insert(0, width - digits.size(), '0');
  return digits;
}

// 1 and 2 letters: a number; 3: short; 4: full; 5: the first letter.
std::string named(std::string_view name, std::size_t count) {
  if (count == 4) return std::string(name);
  return std::string(name.substr(0, count == 5 ? 1 : 3));
}

date::local_days day_of(const DateTime& date) {
  return date::floor<date::days>(date.local());
}

std::string date_field(const PatternField& field, const DateTime& date) {
  const date::year_month_day day(day_of(date));
  const auto month = static_cast<unsigned>(day.month());
  const int year = static_cast<int>(day.year());
  switch (field.letter) {
    case 'M':
    case 'L':
      return field.count > 2 ? named(month_name(month), field.count) : padded(month, field.count);
    case 'd':
      return padded(static_cast<unsigned>(day.day()), field.count);
    case 'D':
      return padded((day_of(date) - date::local_days(day.year() / 1 / 1)).count() + 1, field.count);
    case 'E':
      return named(day_name(date::weekday(day_of(date)).c_encoding()), field.count);
    case 'Q':
      return field.count == 3 ? "Q" + std::to_string((month + 2) / 3)
                              : padded((month + 2) / 3, field.count);
    default:
      return field.count == 2 ? padded(year % 100, 2) : padded(year, field.count);
  }
}

std::string time_field(const PatternField& field, const DateTime& date) {
  const auto of_day = (date.local() - day_of(date)).count();
  const auto hour = of_day / 3600;
  const auto nanos = padded(date.fraction.count(), 9);
  switch (field.letter) {
    case 'a':
      return hour < 12 ? "AM" : "PM";
    case 'h':
      return padded(hour % 12 == 0 ? 12 : hour % 12, field.count);
    case 'K':
      return padded(hour % 12, field.count);
    case 'k':
      return padded(hour == 0 ? 24 : hour, field.count);
    case 'H':
      return padded(hour, field.count);
    case 'm':
      return padded(of_day / 60 % 60, field.count);
    case 's':
      return padded(of_day % 60, field.count);
    case 'n':
      return padded(date.fraction.count(), field.count);
    default:
      return nanos.substr(0, field.count);
  }
}

// "+02", "+0200" or "+02:00", with the seconds where there are some and the form has a place for
// them.
std::string offset_digits(seconds offset, bool minutes, bool colon, bool with_seconds) {
  const auto total = std::abs(offset.count());
  std::string text = offset.count() < 0 ? "-" : "+";
  const std::string separator = colon ? ":" : "";
  text += padded(total / 3600, 2);
  if (minutes || total / 60 % 60 != 0) text += separator + padded(total / 60 % 60, 2);
  if (with_seconds && total % 60 != 0) text += separator + padded(total % 60, 2);
  return text;
}

std::string gmt_offset(seconds offset, bool full) {
  if (offset == seconds(0)) return "GMT";
  if (full) return "GMT" + offset_digits(offset, true, true, true);
  const auto hours = std::abs(offset.count()) / 3600;
  const auto minutes = std::abs(offset.count()) / 60 % 60;
  return std::string("GMT") + (offset.count() < 0 ? "-" : "+") + std::to_string(hours) +
         (minutes == 0 ? "" : ":" + padded(minutes, 2));
}

std::string zone_field(const PatternField& field, const DateTime& date) {
  const seconds offset = date.offset();
  const auto count = field.count;
  switch (field.letter) {
    case 'V':
      return date.zone.name();
    case 'z':
      return date.zone.abbreviation_at(date.instant);
    case 'O':
      return gmt_offset(offset, count == 4);
    case 'X':
      if (offset == seconds(0)) return "Z";
      [[fallthrough]];
    case 'x':
      return offset_digits(offset, count > 1, count == 3 || count == 5, count > 3);
    default:
      if (count == 4) return gmt_offset(offset, true);
      if (count == 5) return offset == seconds(0) ? "Z" : offset_digits(offset, true, true, true);
      return offset_digits(offset, true, false, false);
  }
}

// Without zeros at its end, or in whole groups of three digits.
std::string fraction(const DateTime& date, bool groups) {
  std::string digits = padded(date.fraction.count(), 9);
  digits.erase(digits.find_last_not_of('0') + 1);
  if (digits.empty()) return {};
  if (groups) digits.append((3 - digits.size() % 3) % 3, '0');
  return "." + digits;
}

// The week that has the year's first Thursday is the first.
std::string week_field(char letter, const DateTime& date) {
  const auto today = day_of(date);
  const unsigned day = date::weekday(today).iso_encoding();
  const auto thursday = today + date::days(4 - static_cast<int>(day));
  const date::year year = date::year_month_day(thursday).year();
  if (letter == '3') return padded(static_cast<int>(year), 4);
  if (letter == '5') return std::to_string(day);
  return padded((thursday - date::local_days(year / 1 / 1)).count() / 7 + 1, 2);
}

std::string own_field(char letter, const DateTime& date) {
  switch (letter) {
    case '1':
      return fraction(date, false);
    case '2':
      return date.zone.region == nullptr ? "" : "[" + date.zone.name() + "]";
    case '6':
      return fraction(date, true);
    case '7':
      return date.offset() == seconds(0) ? "GMT" : offset_digits(date.offset(), true, false, false);
    default:
      return week_field(letter, date);
  }
}

}  // namespace

std::string print_field(const PatternField& field, const DateTime& date) {
  const auto one_of = [&field](std::string_view letters) {
    return letters.find(field.letter) != std::string_view::npos;
  };
  if (one_of("1234567")) return own_field(field.letter, date);
  if (one_of("yuMLdDEQ")) return date_field(field, date);
  if (one_of("VzXxZO")) return zone_field(field, date);
  return time_field(field, date);
}

}  // namespace winnow::cli::expression
