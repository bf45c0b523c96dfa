// Time zones: regions of the tz database, and fixed offsets.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <date/tz.h>

#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

struct Zone {
  const date::time_zone* region = nullptr;  // nothing: a fixed offset
  std::chrono::seconds offset{0};           // of a fixed one

  std::chrono::seconds offset_at(date::sys_seconds instant) const;
  std::string name() const;                                      // "Europe/Paris", "+02:00", "Z"
  std::string abbreviation_at(date::sys_seconds instant) const;  // "CEST"

  // Java's rule for local times that a clock change skips or repeats: a skipped one moves on by the
  // gap's length; of two offsets `preferred` is kept where it is one of them, else the earlier
  // instant counts.
  date::sys_seconds instant_of(date::local_seconds local, std::chrono::seconds preferred) const;
  date::sys_seconds instant_of(date::local_seconds local) const;
};

// "Europe/Paris", "UTC", "Z", "+02:00", "UTC+2", "GMT-03:30".
Result<Zone> find_zone(std::string_view name);

// $TZ where it is set, else the machine's own (/etc/localtime).
Result<Zone> machine_zone();

// "+02:00", "+02", "+0200", "+02:00:30", "Z"; the number of characters read, or 0.
std::size_t read_offset(std::string_view text, std::chrono::seconds& offset);

// "+02:00"; "Z" stands for zero.
std::string offset_text(std::chrono::seconds offset);

}  // namespace winnow::cli::expression
