#include "tasks/pace/window.h"

#include <optional>
#include <stdexcept>

#include <date/tz.h>

namespace winnow::tasks {
namespace {

using std::chrono::minutes;

constexpr minutes kDay{24 * 60};

// `HH:MM`, at most 24:00.
std::optional<minutes> time_of_day(std::string_view text) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t at : {0U, 1U, 3U, 4U}) {
    if (text[at] < '0' || text[at] > '9') return std::nullopt;
  }
  const auto digits = [&text](std::size_t at) {
    return (text[at] - '0') * 10 + (text[at + 1] - '0');
  };
  const minutes time{digits(0) * 60 + digits(3)};
  if (digits(3) > 59 || time > kDay) return std::nullopt;
  return time;
}

// Nothing where the tz database is missing or has no such region: the library throws then.
const date::time_zone* region_of(const std::string& name) {
  try {
    return date::locate_zone(name);
  } catch (const std::runtime_error&) {
    return nullptr;
  }
}

}  // namespace

Outcome<Window> Window::read(std::string_view text) {
  const auto refuse = [](const std::string& why) {
    return fail(
        FailureKind::invalid_parameter,
        why + ": expected the hours of a day and a region, such as 22:00-06:00 Europe/Paris");
  };
  if (text.size() < 13 || text[5] != '-' || text[11] != ' ') return refuse("it has another form");
  const auto from = time_of_day(text.substr(0, 5));
  const auto until = time_of_day(text.substr(6, 5));
  if (!from || !until || *from == kDay) return refuse("its hours are invalid");
  if (*from == *until) return refuse("it begins when it ends");
  Window window;
  window.text_ = text;
  window.region_ = text.substr(12);
  window.from_ = *from;
  window.until_ = *until;
  if (region_of(window.region_) == nullptr) {
    return refuse("there is no time zone \"" + window.region_ + "\" on this machine");
  }
  return window;
}

bool Window::open_at(document::Instant instant) const {
  const auto* region = region_of(region_);
  // read() found the region. Without its rules the window counts as closed.
  if (region == nullptr) return false;
  const auto local = region->to_local(std::chrono::floor<std::chrono::seconds>(instant));
  const auto time = local - date::floor<date::days>(local);
  return from_ < until_ ? from_ <= time && time < until_ : from_ <= time || time < until_;
}

bool ever_both_open(const Window& one, const Window& other, document::Instant now) {
  for (auto minute = now; minute < now + 8 * kDay; minute += minutes(1)) {
    if (one.open_at(minute) && other.open_at(minute)) return true;
  }
  return false;
}

}  // namespace winnow::tasks
