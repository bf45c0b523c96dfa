#include "hosts/cli/expression/dates/zone.h"

#include <cstdlib>
#include <exception>
#include <vector>

#include "document/instant.h"
#include "document/nearest.h"
#include "hosts/cli/expression/refuse.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

using std::chrono::seconds;

tl::unexpected<Failure> without_database(const std::string& reason) {
  return refuse(
      "the machine's time zones can't be read: " + reason +
      " (the tz database in /usr/share/zoneinfo, and /etc/localtime where TZ is not set); "
      "install the package tzdata, or set TZ=UTC if you mean UTC");
}

// The library throws where it can't read the database or the machine's zone.
template <class Ask>
auto from_database(Ask ask) -> Outcome<decltype(ask())> {
  try {
    return ask();
  } catch (const std::exception& error) {
    return without_database(error.what());
  }
}

}  // namespace

seconds Zone::offset_at(Instant instant) const {
  return region == nullptr ? offset : region->get_info(instant).offset;
}

Instant Zone::instant_of(LocalTime local, seconds preferred) const {
  if (region == nullptr) return Instant(local.time_since_epoch() - offset);
  const auto info = region->get_info(local);
  const bool second = info.result == date::local_info::ambiguous && info.second.offset == preferred;
  // In a gap the offset before it applies: the local time moves on by the gap's length.
  return Instant(local.time_since_epoch() - (second ? info.second.offset : info.first.offset));
}

Outcome<Zone> find_zone(const std::string& name) {
  if (name == "UTC" || name == "GMT") return Zone{};
  if (const auto fixed = document::parse_iso_date_time("1970-01-01T00:00" + name)) {
    if (fixed->offset && fixed->zone.empty()) return Zone{nullptr, *fixed->offset};
  }
  WINNOW_TRY(const auto* database, from_database([] { return &date::get_tzdb(); }));
  if (database->zones.empty()) return without_database("there is no zone");
  std::vector<std::string> known;
  for (const auto& zone : database->zones) known.push_back(zone.name());
  const auto region = from_database([&] { return date::locate_zone(name); });
  if (region) return Zone{*region, seconds(0)};
  return refuse("unknown time zone '" + name + "'" + document::did_you_mean(name, known));
}

Outcome<Zone> machine_zone() {
  const char* value = std::getenv("TZ");  // NOLINT(concurrency-mt-unsafe): see environment.h
  if (value == nullptr) {
    return from_database([] { return Zone{date::current_zone(), seconds(0)}; });
  }
  std::string_view name = value;
  if (name.starts_with(':')) name.remove_prefix(1);
  constexpr std::string_view kFolder = "/usr/share/zoneinfo/";
  if (name.starts_with(kFolder)) name.remove_prefix(kFolder.size());
  if (name.empty()) return Zone{};
  auto zone = find_zone(std::string(name));
  if (zone) return zone;
  return refuse("the environment's TZ: " + zone.error().message);
}

}  // namespace winnow::cli::expression
