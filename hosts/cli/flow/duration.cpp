#include "hosts/cli/flow/duration.h"

#include "document/duration.h"

namespace winnow::cli {

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::days(366);
  const auto length = document::length_of_duration(text);
  return length && length->count() > 0 && *length <= kLongest ? length : std::nullopt;
}

}  // namespace winnow::cli
