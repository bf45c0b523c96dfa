#include "document/duration.h"

#include <array>
#include <cstdint>
#include <optional>

#include "document/strings.h"

namespace winnow::document {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kLongest = days(3650);

struct Unit {
  char letter;
  bool after_t;  // a unit of the time, which stands behind the T
  milliseconds length;
};
constexpr std::array<Unit, 4> kUnits{{{'D', false, days(1)},
                                      {'H', true, hours(1)},
                                      {'M', true, minutes(1)},
                                      {'S', true, seconds(1)}}};

// Up to twelve digits: more don't fit into the longest duration anyway.
std::optional<std::int64_t> take_number(std::string_view& rest) {
  std::int64_t number = 0;
  std::size_t length = 0;
  while (length < rest.size() && is_digit(rest[length])) {
    number = number * 10 + (rest[length] - '0');
    if (++length > 12) return std::nullopt;
  }
  if (length == 0) return std::nullopt;
  rest.remove_prefix(length);
  return number;
}

// `.25` as milliseconds; digits after the third are cut.
std::optional<milliseconds> take_fraction(std::string_view& rest) {
  rest.remove_prefix(1);
  std::int64_t thousandths = 0;
  std::size_t length = 0;
  for (std::int64_t weight = 100; length < rest.size() && is_digit(rest[length]); weight /= 10) {
    thousandths += weight * (rest[length] - '0');
    ++length;
  }
  if (length == 0) return std::nullopt;
  rest.remove_prefix(length);
  return milliseconds(thousandths);
}

// The parts in their order, each unit once.
std::optional<milliseconds> read(std::string_view rest) {
  if (rest.empty() || rest.front() != 'P') return std::nullopt;
  rest.remove_prefix(1);
  milliseconds sum{0};
  std::size_t next_unit = 0;
  bool in_time = false;
  bool any = false;
  while (!rest.empty()) {
    if (rest.front() == 'T' && !in_time) {
      in_time = true;
      rest.remove_prefix(1);
      if (rest.empty()) return std::nullopt;
      continue;
    }
    const auto number = take_number(rest);
    if (!number) return std::nullopt;
    std::optional<milliseconds> fraction = milliseconds{0};
    const bool has_fraction = !rest.empty() && rest.front() == '.';
    if (has_fraction) fraction = take_fraction(rest);
    if (!fraction || rest.empty()) return std::nullopt;
    while (next_unit < kUnits.size() &&
           (kUnits[next_unit].letter != rest.front() || kUnits[next_unit].after_t != in_time)) {
      ++next_unit;
    }
    if (next_unit == kUnits.size() || (has_fraction && rest.front() != 'S')) return std::nullopt;
    const auto length = kUnits[next_unit++].length;
    if (*number > kLongest / length) return std::nullopt;
    sum += length * *number + *fraction;
    rest.remove_prefix(1);
    any = true;
  }
  if (!any || sum > kLongest) return std::nullopt;
  return sum;
}

}  // namespace

Outcome<milliseconds> parse_duration(std::string_view text) {
  const auto read_text = read(text);
  if (read_text) return *read_text;
  return fail(FailureKind::invalid_parameter,
              "expected a duration, such as PT10S, PT1H30M or P1D, of at most P3650D");
}

std::string to_text(milliseconds duration) {
  std::string text = "P";
  for (const auto& unit : kUnits) {
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
