#include "hosts/cli/flow/duration.h"

#include <cstdint>
#include <regex>
#include <string>

#include "document/strings.h"

namespace winnow::cli {

std::optional<double> length_of_duration(std::string_view text) {
  // Weeks, days, hours, minutes and seconds, of which seconds alone may have a fraction.
  static const std::regex form(
      R"(P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?)");
  constexpr double kMilliseconds[] = {7 * 24 * 3600e3, 24 * 3600e3, 3600e3, 60e3, 1e3};
  constexpr std::size_t kMostCharacters = 100;  // a longer one is beyond a year in any case
  std::cmatch parts;
  const bool fits = text.size() <= kMostCharacters && !text.ends_with('T') &&
                    std::regex_match(text.data(), text.data() + text.size(), parts, form);
  if (!fits) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < std::size(kMilliseconds); ++i) {
    const auto& part = parts[i + 1];
    if (part.matched) sum += *document::number_of<double>(part.str()) * kMilliseconds[i];
  }
  return sum;
}

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
  constexpr double kLongest = 366 * 24 * 3600e3;
  const auto length = length_of_duration(text);
  if (!length || *length < 1 || *length > kLongest) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*length));
}

}  // namespace winnow::cli
