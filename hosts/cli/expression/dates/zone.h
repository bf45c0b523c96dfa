// Time zones: regions of the tz database, and fixed offsets.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <date/tz.h>

#include "outcome/failure.h"

namespace winnow::cli::expression {

using LocalTime = date::local_time<std::chrono::microseconds>;
using Instant = date::sys_time<std::chrono::microseconds>;

struct Zone {
  const date::time_zone* region = nullptr;  // null: a fixed offset
  std::chrono::seconds offset{0};           // of a fixed one

  std::chrono::seconds offset_at(Instant instant) const;

  // Java's rule for local times that a clock change skips or repeats: a skipped one moves on by the
  // gap's length; of two offsets `preferred` is used if it is one of them, otherwise the earlier
  // instant.
  Instant instant_of(LocalTime local, std::chrono::seconds preferred) const;
};

// "Europe/Paris", "UTC", "Z", "+02:00". Fails for an unknown name, and if the name needs a tz
// database that the machine does not have.
Outcome<Zone> find_zone(const std::string& name);

// $TZ if it is set, otherwise the machine's own (/etc/localtime). Fails if the machine has no tz
// database: with UTC instead, dates would silently differ from Kestra's.
Outcome<Zone> machine_zone();

}  // namespace winnow::cli::expression
