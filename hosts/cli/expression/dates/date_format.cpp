#include "hosts/cli/expression/dates/date_format.h"

#include <algorithm>
#include <sstream>

#include "document/strings.h"
#include "document/utf8.h"
#include "hosts/cli/expression/refuse.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;

struct Named {
  std::string_view name;
  std::string_view pattern;
};

constexpr Named kNamed[] = {
    {"iso", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"}, {"iso_milli", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"},
    {"iso_sec", "yyyy-MM-dd'T'HH:mm:ssXXX"},    {"iso_date", "yyyy-MM-ddXXX"},
    {"iso_local_date", "yyyy-MM-dd"},           {"sql", "yyyy-MM-dd HH:mm:ss.SSSSSS"},
    {"sql_milli", "yyyy-MM-dd HH:mm:ss.SSS"},   {"sql_sec", "yyyy-MM-dd HH:mm:ss"},
};

struct Letters {
  std::string_view letters;  // Java's
  std::string_view flag;     // the date library's
  bool without_zero = false;
  bool utc_is_z = false;
};

constexpr Letters kLetters[] = {
    {"yyyy", "%Y"},
    {"uuuu", "%Y"},
    {"M", "%m", true},
    {"MM", "%m"},
    {"MMM", "%b"},
    {"MMMM", "%B"},
    {"d", "%d", true},
    {"dd", "%d"},
    {"DDD", "%j"},
    {"E", "%a"},
    {"EEE", "%a"},
    {"EEEE", "%A"},
    {"H", "%H", true},
    {"HH", "%H"},
    {"h", "%I", true},
    {"hh", "%I"},
    {"m", "%M", true},
    {"mm", "%M"},
    {"s", "%S", true},
    {"ss", "%S"},
    {"a", "%p"},
    {"XX", "%z", false, true},
    {"XXX", "%Ez", false, true},
    {"xx", "%z"},
    {"xxx", "%Ez"},
    {"Z", "%z"},
};

Outcome<DateField> field_of(std::string_view letters) {
  constexpr std::size_t kMostDigits = 6;
  if (letters.front() == 'S' && letters.size() <= kMostDigits) {
    return DateField{.flag = "%S", .fraction = letters.size()};
  }
  for (const auto& known : kLetters) {
    if (known.letters != letters) continue;
    return DateField{.flag = std::string(known.flag),
                     .without_zero = known.without_zero,
                     .utc_is_z = known.utc_is_z};
  }
  return refuse("the pattern has '" + std::string(letters) +
                "', which this command doesn't print as Java does (a year is yyyy, a string stands "
                "in single quotes); for other patterns run the flow in Kestra");
}

// Reads the text in quotes at `at` and moves `at` behind it. Two quotes are one quote.
Outcome<std::string> quoted(std::string_view pattern, std::size_t& at) {
  std::string literal;
  if (pattern.substr(at).starts_with("''")) return at += 2, "'";
  for (++at; at < pattern.size(); ++at) {
    const bool is_pair = pattern.substr(at).starts_with("''");
    if (pattern[at] == '\'' && !is_pair) return ++at, literal;
    literal += pattern[at];
    if (is_pair) ++at;
  }
  return refuse("the pattern has a quote without an end");
}

template <class Duration>
std::string formatted(const std::string& flag, const DateTime& date) {
  const auto local = date::floor<Duration>(date.local());
  const auto day = date::floor<date::days>(local);
  const date::fields<Duration> fields(date::year_month_day(day),
                                      date::hh_mm_ss<Duration>(local - day));
  const auto offset = date.zone.offset_at(date.instant);
  std::ostringstream text;
  date::to_stream(text, flag.c_str(), fields, nullptr, &offset);
  return text.str();
}

struct ReadDate {
  DateTime date;
  LocalTime local;  // as it stands in the text
};

template <class Duration>
std::optional<ReadDate> parsed(const std::string& format, const std::string& text, const Zone& zone,
                               bool has_offset) {
  std::istringstream stream(text);
  date::fields<Duration> fields;
  auto offset = std::chrono::minutes::max();
  date::from_stream(stream, format.c_str(), fields, static_cast<std::string*>(nullptr), &offset);
  if (stream.fail() || !fields.ymd.ok()) return std::nullopt;
  const LocalTime local = date::local_days(fields.ymd) + fields.tod.to_duration();
  DateTime date{{}, zone};
  if (has_offset) date.zone = Zone{nullptr, offset};
  date.instant = date.zone.instant_of(local, std::chrono::hours(99));
  return ReadDate{date, local};
}

}  // namespace

Outcome<DateFormat> DateFormat::find(std::string_view format) {
  DateFormat result;
  result.pattern_ = format;
  for (const auto& named : kNamed) {
    if (named.name == format) result.pattern_ = named.pattern;
  }
  const std::string_view pattern = result.pattern_;
  for (std::size_t at = 0; at < pattern.size();) {
    const char c = pattern[at];
    if (c == '\'') {
      WINNOW_TRY(auto literal, quoted(pattern, at));
      result.fields_.push_back(DateField{.flag = {}, .literal = std::move(literal)});
    } else if (document::is_letter(c) || std::string_view("[]{}#").find(c) != std::string::npos) {
      const auto end = std::min(pattern.find_first_not_of(c, at), pattern.size());
      WINNOW_TRY(auto field, field_of(pattern.substr(at, end - at)));
      result.fields_.push_back(std::move(field));
      at = end;
    } else {
      result.fields_.push_back(DateField{.flag = {}, .literal = std::string(1, c)});
      ++at;
    }
  }
  return result;
}

std::string DateFormat::print(const DateTime& date) const {
  std::string text = {};
  for (const auto& field : fields_) {
    if (field.flag.empty()) {
      text += field.literal;
    } else if (field.fraction > 0) {
      text += formatted<microseconds>(field.flag, date).substr(3, field.fraction);
    } else if (field.utc_is_z && date.zone.offset_at(date.instant) == seconds(0)) {
      text += 'Z';
    } else {
      const auto part = formatted<seconds>(field.flag, date);
      text += field.without_zero && part.front() == '0' ? part.substr(1) : part;
    }
  }
  return text;
}

// For reading: `%S` takes the fraction that follows it too.
Outcome<std::string> DateFormat::library_format() const {
  std::string format;
  for (const auto& field : fields_) {
    if (field.utc_is_z) return refuse("X in a pattern can't be used to read a date, use Z");
    if (field.flag.empty()) {
      for (const char c : field.literal) format.append(c == '%' ? "%%" : std::string(1, c));
    } else if (field.fraction == 0) {
      format += field.flag;
    } else if (format.ends_with("%S.")) {
      format.pop_back();
    } else {
      return refuse("S in a pattern is read after 'ss.' alone");
    }
  }
  return format;
}

bool DateFormat::has(std::string_view flag) const {
  return std::ranges::any_of(fields_, [&](const DateField& field) { return field.flag == flag; });
}

Outcome<DateTime> DateFormat::read(std::string_view text, const Zone& zone) const {
  WINNOW_TRY(const auto format, library_format());
  if (!has("%Y") || !(has("%m") || has("%b") || has("%B") || has("%j")) ||
      !(has("%d") || has("%j"))) {
    return refuse("the pattern '" + pattern_ + "' has no year, month and day to read a date by");
  }
  if (has("%I") && !has("%p")) {
    return refuse("the pattern '" + pattern_ +
                  "' has h without a: which half of the day is meant?");
  }
  const auto other_form =
      "'" + document::shortened(text, 60) + "' does not have the form '" + pattern_ + "'";
  const bool has_offset = has("%z") || has("%Ez");
  const bool has_fraction =
      std::ranges::any_of(fields_, [](const DateField& field) { return field.fraction > 0; });
  const auto date = has_fraction ? parsed<microseconds>(format, std::string(text), zone, has_offset)
                                 : parsed<seconds>(format, std::string(text), zone, has_offset);
  if (!date) return refuse(other_form);
  // The library takes more than the pattern says: one digit for dd, any white space, any case. A
  // local time that a clock change leaves out is no mistake of the text: it moves on, as in Java.
  const DateTime written{has_offset ? date->date.instant : Instant(date->local.time_since_epoch()),
                         has_offset ? date->date.zone : Zone{}};
  if (print(written) == text) return date->date;
  return refuse(other_form);
}

}  // namespace winnow::cli::expression
