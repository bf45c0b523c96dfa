// A date and time in a zone, with the arithmetic of Java's ZonedDateTime, as in Kestra's
// expressions.
#pragma once

#include <cstdint>
#include <string_view>

#include "hosts/cli/expression/dates/zone.h"

namespace winnow::cli::expression {

struct DateTime {
  Instant instant;
  Zone zone;

  LocalTime local() const;
};

// ISO 8601: a date, or a date and time, with or without an offset and `[Region/City]`. One without
// an offset is local to `zone`.
Outcome<DateTime> read_iso(std::string_view text, const Zone& zone);

// Seconds, milliseconds or microseconds since 1970, distinguished by their size.
Outcome<DateTime> from_number(std::int64_t number, const Zone& zone);

// `unit` is one of Java's ChronoUnit, in any case. DAYS and longer move the local date and keep the
// local time; MONTHS and longer stay within the resulting month; HOURS and shorter move the
// instant. Dates outside the years 0 to 9999 are refused.
Outcome<DateTime> plus(const DateTime& date, std::int64_t amount, std::string_view unit);

}  // namespace winnow::cli::expression
