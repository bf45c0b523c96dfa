// A length of time, as ISO 8601 and Kestra's flows write it.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::document {

// Reads `PT10S`, `PT2H30M`, `PT0.5S`, `P1D`: days of 24 hours, hours, minutes, and seconds with a
// fraction down to the millisecond. Never negative, at most 3650 days. The failure is
// invalid_parameter without a pointer; the caller adds it.
Outcome<std::chrono::milliseconds> parse_duration(std::string_view text);

// The length of such a text, which may have weeks too (`P2W`) and be of any length that has a
// meaning; nothing for any other text.
std::optional<std::chrono::milliseconds> length_of_duration(std::string_view text);

// The shortest such text: `PT1M30S`, `PT0.25S`, `PT0S`.
std::string to_text(std::chrono::milliseconds duration);

// `1.5 s`, `2 s`: to a tenth of a second, for people.
std::string in_seconds(std::chrono::milliseconds duration);

}  // namespace winnow::document
