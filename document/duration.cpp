#include "document/duration.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "document/strings.h"

namespace winnow::document {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kLongest = days(3650);
// What is longer has no meaning, and is beyond what adds up.
constexpr milliseconds kBeyond = days(1'000'000);

struct Unit {
  char letter;
  bool after_t;  // a unit of the time, which stands behind the T
  milliseconds length;
};
constexpr std::array<Unit, 5> kUnits{{{'W', false, days(7)},
                                      {'D', false, days(1)},
                                      {'H', true, hours(1)},
                                      {'M', true, minutes(1)},
                                      {'S', true, seconds(1)}}};

bool take(std::string_view& rest, char expected) {
  if (!rest.starts_with(expected)) return false;
  rest.remove_prefix(1);
  return true;
}

std::string_view take_digits(std::string_view& rest) {
  const auto digits = rest.substr(0, rest.find_first_not_of("0123456789"));
  rest.remove_prefix(digits.size());
  return digits;
}

}  // namespace

// The units in their order, each once; digits of a fraction after the third are cut.
std::optional<milliseconds> length_of_duration(std::string_view text) {
  if (!take(text, 'P')) return std::nullopt;
  milliseconds sum{0};
  const auto* unit = kUnits.begin();
  bool in_time = false;
  bool is_complete = false;
  while (!text.empty()) {
    if (!in_time && take(text, 'T')) {
      in_time = true;
      is_complete = false;
      continue;
    }
    const auto number = number_of<std::int64_t>(take_digits(text));
    const bool has_fraction = take(text, '.');
    const auto fraction = has_fraction ? take_digits(text) : "0";
    unit = std::find_if(unit, kUnits.end(), [&](const Unit& each) {
      return text.starts_with(each.letter) && each.after_t == in_time;
    });
    if (!number || fraction.empty() || unit == kUnits.end()) return std::nullopt;
    if (has_fraction && unit->letter != 'S') return std::nullopt;
    if (*number > kBeyond / unit->length) return std::nullopt;
    sum += *number * unit->length;
    sum += milliseconds(*number_of<int>(std::string(fraction).append("00").substr(0, 3)));
    text.remove_prefix(1);
    ++unit;
    is_complete = true;
  }
  return is_complete ? std::optional(sum) : std::nullopt;
}

Outcome<milliseconds> parse_duration(std::string_view text) {
  const auto length = length_of_duration(text);
  const bool has_weeks = text.find('W') != std::string_view::npos;
  if (length && *length <= kLongest && !has_weeks) return *length;
  return fail(FailureKind::invalid_parameter,
              "expected a duration, such as PT10S, PT1H30M or P1D, of at most P3650D");
}

std::string to_text(milliseconds duration) {
  std::string text = "P";
  for (const auto& unit : std::span(kUnits).subspan(1)) {
    const auto count = duration / unit.length;
    duration -= count * unit.length;
    const bool fraction = unit.letter == 'S' && duration.count() > 0;
    if (count == 0 && !fraction) continue;
    if (unit.after_t && text.find('T') == std::string::npos) text += 'T';
    text += std::to_string(count);
    if (fraction) {
      text += '.' + std::to_string(1000 + duration.count()).substr(1);
      text.erase(text.find_last_not_of('0') + 1);
    }
    text += unit.letter;
  }
  return text == "P" ? "PT0S" : text;
}

std::string in_seconds(milliseconds duration) {
  const auto tenths = (duration.count() + 50) / 100;
  const auto whole = std::to_string(tenths / 10);
  return (tenths % 10 == 0 ? whole : whole + "." + std::to_string(tenths % 10)) + " s";
}

}  // namespace winnow::document
