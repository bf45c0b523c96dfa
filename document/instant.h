// A point in time, as Kestra writes it: UTC, to the microsecond.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::document {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

Instant now();

// Reads an ISO 8601 date and time with a zone: `2026-02-03T01:00:10.123456Z`, `...+02:00`,
// `...+02:00[Europe/Paris]` (Kestra's ZonedDateTime text; the offset decides, the name in brackets
// is only checked for its form). Seconds and fraction may be missing; digits after the sixth are
// cut. A date without a zone is refused: it would mean another instant on each machine. The failure
// is invalid_parameter without a pointer; the caller adds it.
Outcome<Instant> parse_instant(std::string_view text);

// What an ISO 8601 text says, where it need not say which instant it is: the time and the offset
// may be missing.
struct IsoDateTime {
  std::chrono::local_time<std::chrono::microseconds> local;  // midnight where it has no time
  std::optional<std::chrono::minutes> offset;
  std::string zone;  // the name in brackets, whose form alone is checked; empty without one
};

// The same forms as parse_instant reads, and `2026-02-03T01:00:10` and `2026-02-03`. Nothing for
// any other text, and for days and times that don't exist.
std::optional<IsoDateTime> parse_iso_date_time(std::string_view text);

// `2026-02-03T01:00:10.123456Z`, always six digits: texts of one length compare as their instants
// do.
std::string to_text(Instant instant);

// Appends what to_text() gives for an instant that is written in UTC by `Z`, with seconds and up to
// six digits of a fraction. False, with nothing appended, for every other text, which another
// reader might round or shift.
bool append_utc(std::string& out, std::string_view text);

}  // namespace winnow::document
