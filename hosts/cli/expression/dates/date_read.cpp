// Reads a text by the fields of a date pattern.
#include <algorithm>
#include <charconv>
#include <optional>

#include "hosts/cli/expression/dates/date_pattern.h"

namespace winnow::cli::expression {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool starts_with(std::string_view text, std::string_view part) {
  return text.size() >= part.size() &&
         std::equal(part.begin(), part.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), rest_(text) {}

  Result<LocalParts> run(const std::vector<PatternField>& fields) {
    for (const auto& field : fields) {
      if (supported(field)) {
        if (read(field)) continue;
        return mismatch();
      }
      return problem("the pattern letter '" + std::string(1, field.letter) +
                     "' can't be used to read a date");
    }
    if (!rest_.empty() || half_without_hour()) return mismatch();
    if (hour_of_half_ >= 0)
      parts_.hour = hour_of_half_ % 12 + (afternoon_.value_or(false) ? 12 : 0);
    if (!has_year_) return problem("the pattern has no year");
    return parts_;
  }

 private:
  static bool supported(const PatternField& field) {
    return std::string_view("\0yuMLdEahHmsSVXxZ7", 18).find(field.letter) != std::string_view::npos;
  }

  bool half_without_hour() const { return (hour_of_half_ >= 0) != afternoon_.has_value(); }

  tl::unexpected<Problem> mismatch() const {
    return problem("'" + std::string(text_.substr(0, 60)) +
                   "' does not have the form of the pattern, at character " +
                   std::to_string(text_.size() - rest_.size() + 1));
  }

  bool take(std::string_view part) {
    if (!starts_with(rest_, part)) return false;
    rest_.remove_prefix(part.size());
    return true;
  }

  // One letter stands for one or two digits (a year: up to nine), more letters for exactly so many
  // digits.
  bool number(std::size_t count, std::size_t most, int& value) {
    const std::size_t least = count == 1 ? 1 : count;
    most = count == 1 ? most : count;
    std::size_t size = 0;
    while (size < most && size < rest_.size() && is_digit(rest_[size])) ++size;
    if (size < least) return false;
    if (std::from_chars(rest_.data(), rest_.data() + size, value).ec != std::errc()) return false;
    rest_.remove_prefix(size);
    return true;
  }

  bool positive(std::size_t count, unsigned& value) {
    int read = 0;
    if (!number(count, 2, read)) return false;
    value = static_cast<unsigned>(read);
    return true;
  }

  bool read(const PatternField& field) {
    switch (field.letter) {
      case '\0':
        return take(field.literal);
      case 'y':
      case 'u':
        return year(field.count);
      case 'M':
      case 'L':
        return field.count < 3 ? positive(field.count, parts_.month) : month(field.count);
      case 'd':
        return positive(field.count, parts_.day);
      case 'E':
        return weekday(field.count);
      case 'a':
        return half();
      case 'h':
        return number(field.count, 2, hour_of_half_) && hour_of_half_ >= 1 && hour_of_half_ <= 12;
      case 'H':
        return number(field.count, 2, parts_.hour);
      case 'm':
        return number(field.count, 2, parts_.minute);
      case 's':
        return number(field.count, 2, parts_.second);
      case 'S':
        return fraction(field.count);
      case 'V':
        return region();
      default:
        return offset();
    }
  }

  bool year(std::size_t count) {
    has_year_ = true;
    if (!number(count, 9, parts_.year)) return false;
    if (count == 2) parts_.year += 2000;
    return true;
  }

  bool month(std::size_t count) {
    for (unsigned i = 1; i <= 12; ++i) {
      if (!take(month_name(i).substr(0, count == 3 ? 3 : std::string_view::npos))) continue;
      parts_.month = i;
      return count < 5;
    }
    return false;
  }

  // The day of the week follows from the date; it is read and not held against it.
  bool weekday(std::size_t count) {
    for (unsigned i = 0; i < 7; ++i) {
      if (take(day_name(i).substr(0, count < 4 ? 3 : std::string_view::npos))) return count < 5;
    }
    return false;
  }

  bool half() {
    if (take("AM")) afternoon_ = false;
    if (!afternoon_ && take("PM")) afternoon_ = true;
    return afternoon_.has_value();
  }

  bool fraction(std::size_t count) {
    int value = 0;
    if (!number(count, 1, value)) return false;
    std::int64_t nanos = value;
    for (std::size_t i = count; i < 9; ++i) nanos *= 10;
    parts_.fraction = std::chrono::nanoseconds(nanos);
    return true;
  }

  bool offset() {
    std::chrono::seconds value{0};
    if (take("GMT") || take("UTC")) {
      parts_.offset = value;
      return true;
    }
    const auto size = read_offset(rest_, value);
    if (size == 0) return false;
    parts_.offset = value;
    rest_.remove_prefix(size);
    return true;
  }

  bool region() {
    const auto is_name = [](char c) {
      return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '/' || c == '_' ||
             c == '-' || c == '+' || c == ':';
    };
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_name);
    const auto size = static_cast<std::size_t>(end - rest_.begin());
    const auto zone = find_zone(rest_.substr(0, size));
    if (!zone) return false;
    parts_.region = *zone;
    rest_.remove_prefix(size);
    return true;
  }

  std::string_view text_;
  std::string_view rest_;
  LocalParts parts_;
  bool has_year_ = false;
  int hour_of_half_ = -1;
  std::optional<bool> afternoon_;
};

}  // namespace

Result<LocalParts> read_fields(const std::vector<PatternField>& fields, std::string_view text) {
  return Reader(text).run(fields);
}

}  // namespace winnow::cli::expression
