// A date and time in a zone, with the arithmetic of Java's ZonedDateTime, as Kestra's expressions
// have it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include <date/date.h>

#include "document/instant.h"
#include "document/yaml.h"
#include "hosts/cli/expression/dates/zone.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

// The years that texts can hold; anything beyond them is refused.
constexpr int kFirstYear = 0;
constexpr int kLastYear = 9999;

struct DateTime {
  date::sys_seconds instant;
  std::chrono::nanoseconds fraction{0};  // less than a second, never negative
  Zone zone;

  static DateTime of(document::Instant instant, Zone zone);
  DateTime in(Zone other) const;
  std::chrono::seconds offset() const { return zone.offset_at(instant); }
  date::local_seconds local() const;
};

// A local time that is not complete, as a pattern reads it.
struct LocalParts {
  int year = 0;
  unsigned month = 1;
  unsigned day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  std::chrono::nanoseconds fraction{0};
  std::optional<std::chrono::seconds> offset;
  std::optional<Zone> region;
};

// With an offset the date is that instant; without one it is local to its region, or to `zone`.
Result<DateTime> assembled(const LocalParts& parts, const Zone& zone);

// ISO 8601 as Java reads it: a date, or a date and time, with or without an offset and
// `[Region/City]`.
Result<DateTime> read_iso(std::string_view text, const Zone& zone);

// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size.
Result<DateTime> from_number(std::int64_t number, const Zone& zone);

// `unit` is one of Java's ChronoUnit, in any letter case. DAYS and longer move the local date and
// keep the local time; MONTHS and longer clamp at the end of the month; HOURS and shorter move the
// instant.
Result<DateTime> plus(const DateTime& date, std::int64_t amount, std::string_view unit);

}  // namespace winnow::cli::expression
