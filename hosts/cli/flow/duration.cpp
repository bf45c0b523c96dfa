#include "hosts/cli/flow/duration.h"

#include <charconv>
#include <cstdint>

namespace winnow::cli {
namespace {

constexpr double kLongest = 366.0 * 24 * 3600 * 1000;

struct Unit {
  char letter;
  double milliseconds;
};

constexpr Unit kDateUnits[] = {{'W', 7 * 24 * 3600e3}, {'D', 24 * 3600e3}};
constexpr Unit kTimeUnits[] = {{'H', 3600e3}, {'M', 60e3}, {'S', 1e3}};

// Takes `number letter` pairs off the front, each letter at most once and in order; the fraction is
// the seconds' alone.
template <std::size_t Count>
bool take_units(std::string_view& text, const Unit (&units)[Count], double& sum) {
  for (const Unit& unit : units) {
    const auto digits = text.find_first_not_of("0123456789.");
    if (digits == 0 || digits == std::string_view::npos || text[digits] != unit.letter) continue;
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + digits, number);
    const bool whole = text.substr(0, digits).find('.') == std::string_view::npos;
    if (read.ec != std::errc() || read.ptr != text.data() + digits ||
        (!whole && unit.letter != 'S'))
      return false;
    sum += number * unit.milliseconds;
    text.remove_prefix(digits + 1);
  }
  return true;
}

}  // namespace

std::optional<std::chrono::milliseconds> read_duration(std::string_view text) {
  if (!text.starts_with('P') || text.ends_with('T')) return std::nullopt;
  text.remove_prefix(1);
  double sum = 0;
  if (!take_units(text, kDateUnits, sum)) return std::nullopt;
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    if (!take_units(text, kTimeUnits, sum)) return std::nullopt;
  }
  if (!text.empty() || sum < 1 || sum > kLongest) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(sum));
}

}  // namespace winnow::cli
