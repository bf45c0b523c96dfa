#include "hosts/cli/expression/dates/zone.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <vector>

#include "document/nearest.h"

namespace winnow::cli::expression {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr seconds kLargestOffset = hours(18);  // Java's bound

bool two_digits(std::string_view text, std::size_t at, int& value) {
  if (at + 2 > text.size()) return false;
  const char tens = text[at];
  const char ones = text[at + 1];
  if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return false;
  value = (tens - '0') * 10 + (ones - '0');
  return true;
}

// The library throws where the tz database can't be read or has no such zone.
const date::time_zone* locate(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::exception&) {
    return nullptr;
  }
}

std::vector<std::string> known_zones() {
  std::vector<std::string> names;
  try {
    for (const auto& zone : date::get_tzdb().zones) names.push_back(zone.name());
  } catch (const std::exception&) {
    return {};
  }
  return names;
}

const date::time_zone* machine_region() {
  try {
    return date::current_zone();
  } catch (const std::exception&) {
    return nullptr;
  }
}

// `UTC+2` and the like; Java takes one digit for the hour too.
std::size_t read_loose_offset(std::string_view text, seconds& offset) {
  const bool short_hour = text.size() == 2 && text[1] >= '0' && text[1] <= '9';
  if (!short_hour) return read_offset(text, offset);
  const std::string padded = std::string(1, text[0]) + "0" + text[1];
  return read_offset(padded, offset) == padded.size() ? text.size() : 0;
}

}  // namespace

seconds Zone::offset_at(date::sys_seconds instant) const {
  return region == nullptr ? offset : region->get_info(instant).offset;
}

std::string Zone::name() const {
  return region == nullptr ? offset_text(offset) : region->name();
}

std::string Zone::abbreviation_at(date::sys_seconds instant) const {
  return region == nullptr ? offset_text(offset) : region->get_info(instant).abbrev;
}

date::sys_seconds Zone::instant_of(date::local_seconds local, seconds preferred) const {
  if (region == nullptr) return date::sys_seconds(local.time_since_epoch() - offset);
  const auto info = region->get_info(local);
  const bool second = info.result == date::local_info::ambiguous && info.second.offset == preferred;
  // In a gap the offset before it applies: the local time moves on by the gap's length.
  return date::sys_seconds(local.time_since_epoch() -
                           (second ? info.second.offset : info.first.offset));
}

date::sys_seconds Zone::instant_of(date::local_seconds local) const {
  return instant_of(local, kLargestOffset * 2);
}

Result<Zone> find_zone(std::string_view name) {
  if (name == "Z") return Zone{};
  seconds offset{0};
  const auto fixed = [&](std::string_view text) {
    return !text.empty() && (text[0] == '+' || text[0] == '-') &&
           read_loose_offset(text, offset) == text.size();
  };
  if (fixed(name)) return Zone{nullptr, offset};
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (name.starts_with(prefix) && fixed(name.substr(prefix.size()))) return Zone{nullptr, offset};
  }
  if (const auto* region = locate(std::string(name))) return Zone{region, seconds(0)};
  return problem("unknown time zone '" + std::string(name) + "'" +
                 document::did_you_mean(name, known_zones()));
}

Result<Zone> machine_zone() {
  const char* value = std::getenv("TZ");
  if (value == nullptr) {
    const auto* region = machine_region();
    return Zone{region, seconds(0)};
  }
  std::string_view name = value;
  if (name.starts_with(':')) name.remove_prefix(1);
  constexpr std::string_view kFolder = "/usr/share/zoneinfo/";
  if (name.starts_with(kFolder)) name.remove_prefix(kFolder.size());
  if (name.empty()) return Zone{};
  auto zone = find_zone(name);
  if (zone) return zone;
  return problem("the environment's TZ: " + zone.error().message);
}

std::size_t read_offset(std::string_view text, seconds& offset) {
  if (text.starts_with('Z') || text.starts_with('z')) {
    offset = seconds(0);
    return 1;
  }
  if (!text.starts_with('+') && !text.starts_with('-')) return 0;
  int parts[3] = {0, 0, 0};
  if (!two_digits(text, 1, parts[0])) return 0;
  std::size_t at = 3;
  for (int i = 1; i < 3; ++i) {
    const std::size_t next = at + (at < text.size() && text[at] == ':' ? 1 : 0);
    if (!two_digits(text, next, parts[i])) break;
    at = next + 2;
  }
  if (parts[1] > 59 || parts[2] > 59) return 0;
  offset = hours(parts[0]) + minutes(parts[1]) + seconds(parts[2]);
  if (offset > kLargestOffset) return 0;
  if (text[0] == '-') offset = -offset;
  return at;
}

std::string offset_text(seconds offset) {
  if (offset == seconds(0)) return "Z";
  const auto total = std::abs(offset.count());
  char text[16];
  const int size = std::snprintf(text, sizeof text, "%c%02d:%02d", offset.count() < 0 ? '-' : '+',
                                 static_cast<int>(total / 3600), static_cast<int>(total / 60 % 60));
  std::string result(text, static_cast<std::size_t>(size));
  if (total % 60 != 0) {
    const auto rest = static_cast<char>('0' + total % 60 / 10);
    result += {':', rest, static_cast<char>('0' + total % 10)};
  }
  return result;
}

}  // namespace winnow::cli::expression
