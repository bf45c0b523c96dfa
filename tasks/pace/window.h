// The hours of a day in which a purge may work: `22:00-06:00 Europe/Paris`.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "document/instant.h"
#include "outcome/failure.h"

namespace winnow::tasks {

// In the local time of that region, with its clock changes: a skipped hour belongs to no window, a
// repeated hour counts twice. A value; any thread.
class Window {
 public:
  // Reads `HH:MM-HH:MM Region`, where the region is a name of the tz database (`Europe/Paris`,
  // `UTC`). The end is exclusive; an end at or before the beginning is on the next day, and `24:00`
  // ends a day. Fails as invalid_parameter without a pointer if it is malformed, for an empty or
  // endless window and for an unknown region.
  static Outcome<Window> read(std::string_view text);

  bool open_at(document::Instant instant) const;
  const std::string& text() const { return text_; }  // as it was written

 private:
  std::string text_;
  std::string region_;
  std::chrono::minutes from_{0};
  std::chrono::minutes until_{0};
};

// Whether both are open at the same time at some minute of the eight days from `now` on.
bool ever_both_open(const Window& one, const Window& other, document::Instant now);

}  // namespace winnow::tasks
