// Reads and writes instants; strict, because a date that is misread decides what is deleted.
#include "document/instant.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include <date/date.h>

#include "document/strings.h"

namespace winnow::document {
namespace {

constexpr std::string_view kExpected =
    "expected a date and time with a zone, such as 2026-02-03T01:00:00Z or "
    "2026-02-03T01:00:00+02:00";

// Takes what it can read off the front of a text.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }

  bool take(char expected) {
    if (rest_.empty() || rest_.front() != expected) return false;
    rest_.remove_prefix(1);
    return true;
  }

  // Exactly `count` digits.
  std::optional<int> digits(std::size_t count) {
    if (rest_.size() < count) return std::nullopt;
    int value = 0;
    for (const char character : rest_.substr(0, count)) {
      if (!is_digit(character)) return std::nullopt;
      value = value * 10 + (character - '0');
    }
    rest_.remove_prefix(count);
    return value;
  }

  // `.123456789`: one digit or more, of which six count.
  std::optional<int> fraction() {
    int micros = 0;
    int read = 0;
    while (const auto digit = digits(1)) {
      if (read < 6) micros = micros * 10 + *digit;
      ++read;
    }
    if (read == 0) return std::nullopt;
    for (; read < 6; ++read) micros *= 10;
    return micros;
  }

  // `Europe/Paris]`: the form of a zone's name.
  std::optional<std::string> zone_name() {
    const auto end = rest_.find(']');
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const auto fits = [](char c) {
      return is_letter(c) || is_digit(c) ||
             std::string_view("/_+-:.~").find(c) != std::string_view::npos;
    };
    const auto name = rest_.substr(0, end);
    if (!std::all_of(name.begin(), name.end(), fits)) return std::nullopt;
    rest_.remove_prefix(end + 1);
    return std::string(name);
  }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::local_days> read_date(Reader& reader) {
  const auto year = reader.digits(4);
  if (!year || !reader.take('-')) return std::nullopt;
  const auto month = reader.digits(2);
  if (!month || !reader.take('-')) return std::nullopt;
  const auto day = reader.digits(2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return std::chrono::local_days{date};
}

// `HH:MM`, where seconds and a fraction may follow.
std::optional<std::chrono::microseconds> read_time(Reader& reader) {
  const auto hour = reader.digits(2);
  if (!hour || *hour > 23 || !reader.take(':')) return std::nullopt;
  const auto minute = reader.digits(2);
  if (!minute || *minute > 59) return std::nullopt;
  std::optional<int> second = 0;
  std::optional<int> micros = 0;
  if (reader.take(':')) {
    second = reader.digits(2);
    if (!second || *second > 59) return std::nullopt;
    if (reader.take('.')) micros = reader.fraction();
    if (!micros) return std::nullopt;
  }
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{*second} +
         std::chrono::microseconds{*micros};
}

// `Z`, `+02`, `+02:00` or `+0200`; beyond 18 hours there is no zone (as in Java's ZoneOffset).
std::optional<std::chrono::minutes> read_offset(Reader& reader) {
  if (reader.take('Z')) return std::chrono::minutes{0};
  const bool west = reader.take('-');
  if (!west && !reader.take('+')) return std::nullopt;
  const auto hours = reader.digits(2);
  if (!hours) return std::nullopt;
  const bool colon = reader.take(':');
  const auto minutes = reader.digits(2);
  if (colon && !minutes) return std::nullopt;
  const std::chrono::minutes offset =
      std::chrono::hours{*hours} + std::chrono::minutes{minutes.value_or(0)};
  if (minutes.value_or(0) > 59 || offset > std::chrono::hours{18}) return std::nullopt;
  return west ? -offset : offset;
}

}  // namespace

std::optional<IsoDateTime> parse_iso_date_time(std::string_view text) {
  Reader reader(text);
  const auto day = read_date(reader);
  if (!day) return std::nullopt;
  IsoDateTime result{*day, {}, {}};
  if (reader.done()) return result;
  const auto time = reader.take('T') ? read_time(reader) : std::nullopt;
  if (!time) return std::nullopt;
  result.local += *time;
  if (reader.done()) return result;
  result.offset = read_offset(reader);
  if (!result.offset) return std::nullopt;
  if (reader.take('[')) {
    auto name = reader.zone_name();
    if (!name) return std::nullopt;
    result.zone = *std::move(name);
  }
  return reader.done() ? std::optional(std::move(result)) : std::nullopt;
}

Instant now() {
  return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

Outcome<Instant> parse_instant(std::string_view text) {
  const auto refused = [](std::string_view reason) {
    return fail(FailureKind::invalid_parameter, std::string(kExpected).append(reason));
  };
  const auto parsed = parse_iso_date_time(text);
  if (!parsed || text.find('T') == std::string_view::npos) return refused("");
  if (!parsed->offset) {
    return refused("; this one has no zone, so it would mean another instant on each machine");
  }
  const Instant instant = Instant{parsed->local.time_since_epoch()} - *parsed->offset;
  // Of four digits: a database compares no other year as one, SQLite not at all.
  const auto year =
      std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(instant)).year();
  if (year >= std::chrono::year{1} && year <= std::chrono::year{9999}) return instant;
  return refused("; in UTC this one is not of the years 1 to 9999");
}

std::string to_text(Instant instant) {
  return date::format("%FT%TZ", instant);
}

bool append_utc(std::string& out, std::string_view text) {
  constexpr std::size_t kSeconds = std::string_view("2026-02-03T01:00:10").size();
  constexpr std::size_t kDigits = 6;
  if (text.size() <= kSeconds || text.back() != 'Z') return false;
  const auto whole = text.substr(0, kSeconds);
  auto fraction = text.substr(kSeconds, text.size() - kSeconds - 1);
  if (!fraction.empty()) {
    if (fraction.front() != '.') return false;
    fraction.remove_prefix(1);
    if (fraction.empty() || fraction.size() > kDigits) return false;
  }
  Reader reader(whole);
  const auto day = read_date(reader);
  if (!day || whole.starts_with("0000") || !reader.take('T') || !read_time(reader)) return false;
  if (!std::all_of(fraction.begin(), fraction.end(), is_digit)) {
    return false;
  }
  out += whole;
  out += '.';
  out += fraction;
  out.append(kDigits - fraction.size(), '0');
  out += 'Z';
  return true;
}

}  // namespace winnow::document
