// A point in time, as Kestra writes it: UTC, to the microsecond.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::document {

using Instant = std::chrono::sys_time<std::chrono::microseconds>;

// Reads an ISO 8601 date and time with a zone: `2026-02-03T01:00:10.123456Z`, `...+02:00`, `...+02:00[Europe/Paris]`
// (Kestra's ZonedDateTime text; the offset decides, the name in brackets is only checked for its form). Seconds
// and fraction may be missing; digits after the sixth are cut. A date without a zone is refused: it would mean
// another instant on each machine. The failure is invalid_parameter without a pointer; the caller adds it.
Outcome<Instant> parse_instant(std::string_view text);

// `2026-02-03T01:00:10.123456Z`, always six digits: texts of one length compare as their instants do.
std::string to_text(Instant instant);

}  // namespace winnow::document
