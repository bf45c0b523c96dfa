#include "hosts/cli/flow/duration.h"

#include <cstdint>
#include <span>

#include "document/strings.h"

namespace winnow::cli {
namespace {

constexpr double kSecond = 1000;
constexpr double kHour = 3600 * kSecond;
constexpr double kLongest = 366 * 24 * kHour;

struct Unit {
  char letter;
  double milliseconds;
};

constexpr Unit kDateUnits[] = {{'W', 7 * 24 * kHour}, {'D', 24 * kHour}};
constexpr Unit kTimeUnits[] = {{'H', kHour}, {'M', 60 * kSecond}, {'S', kSecond}};

// Takes `number letter` pairs off the front, each letter at most once and in order; only seconds may
// have a fraction. What it can't read stays.
void take(std::string_view& text, std::span<const Unit> units, double& sum) {
  for (const auto& unit : units) {
    const auto end = text.find_first_not_of("0123456789.");
    if (end == std::string_view::npos || text[end] != unit.letter) continue;
    const auto digits = text.substr(0, end);
    const auto number = document::number_of<double>(digits);
    const bool has_fraction = digits.find('.') != std::string_view::npos;
    if (!number || (has_fraction && unit.letter != 'S')) return;
    sum += *number * unit.milliseconds;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
  if (!text.starts_with('P') || text.ends_with('T')) return std::nullopt;
  text.remove_prefix(1);
  double sum = 0;
  take(text, kDateUnits, sum);
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    take(text, kTimeUnits, sum);
  }
  if (!text.empty() || sum < 1 || sum > kLongest) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(sum));
}

}  // namespace winnow::cli
