// ISO 8601 durations, as Kestra's `timeout` has them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace winnow::cli {

// "PT30M", "P1DT2H", "PT1.5S"; nothing for another form, for zero and for more than a year.
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);

constexpr std::string_view kDurationForm =
    "an ISO 8601 duration of weeks, days, hours, minutes and seconds such as PT30M, longer than "
    "nothing and of at most a year";

}  // namespace winnow::cli
