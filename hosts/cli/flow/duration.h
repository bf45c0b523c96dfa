// ISO 8601 durations, as in Kestra's `timeout`.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "document/duration.h"

namespace winnow::cli {

// "PT30M", "P1DT2H", "PT1.5S"; nothing for another form, for zero and for more than a year.
inline std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::days(366);
  const auto length = document::length_of_duration(text);
  return length && length->count() > 0 && *length <= kLongest ? length : std::nullopt;
}

constexpr std::string_view kDurationForm =
    "an ISO 8601 duration of weeks, days, hours, minutes and seconds such as PT30M, longer than "
    "nothing and of at most a year";

}  // namespace winnow::cli
