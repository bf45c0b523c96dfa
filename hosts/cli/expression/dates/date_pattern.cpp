#include "hosts/cli/expression/dates/date_pattern.h"

#include <array>

namespace winnow::cli::expression {
namespace {

// Fields that no pattern letter stands for: 1 fraction as long as needed, 2 [Region], 3 year, 4
// week and 5 day of the ISO week calendar, 6 fraction in groups of three, 7 zone by RFC 1123.
struct Named {
  std::string_view name;
  std::string_view pattern;
};

constexpr Named kNamed[] = {
    {"iso", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"},
    {"iso_milli", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"},
    {"iso_sec", "yyyy-MM-dd'T'HH:mm:ssXXX"},
    {"sql", "yyyy-MM-dd HH:mm:ss.SSSSSS"},
    {"sql_milli", "yyyy-MM-dd HH:mm:ss.SSS"},
    {"sql_sec", "yyyy-MM-dd HH:mm:ss"},
    {"sql_seq", "yyyy-MM-dd HH:mm:ss"},  // the old name, a slip of Kestra's
    {"iso_date_time", "yyyy-MM-dd'T'HH:mm:ss1XXXXX2"},
    {"iso_zoned_date_time", "yyyy-MM-dd'T'HH:mm:ss1XXXXX2"},
    {"iso_offset_date_time", "yyyy-MM-dd'T'HH:mm:ss1XXXXX"},
    {"iso_local_date_time", "yyyy-MM-dd'T'HH:mm:ss1"},
    {"iso_instant", "yyyy-MM-dd'T'HH:mm:ss6'Z'"},
    {"iso_date", "yyyy-MM-ddXXXXX"},
    {"iso_local_date", "yyyy-MM-dd"},
    {"iso_time", "HH:mm:ss1XXXXX"},
    {"iso_offset_time", "HH:mm:ss1XXXXX"},
    {"iso_local_time", "HH:mm:ss1"},
    {"iso_ordinal_date", "yyyy-DDDXXXXX"},
    {"iso_week_date", "3-'W'4-5XXXXX"},
    {"rfc_1123_date_time", "EEE, d MMM yyyy HH:mm:ss 7"},
};

struct Letter {
  char letter;
  std::size_t longest;
};

constexpr Letter kLetters[] = {{'y', 9}, {'u', 9}, {'M', 5}, {'L', 5}, {'d', 2}, {'D', 3},
                               {'E', 5}, {'Q', 3}, {'a', 1}, {'h', 2}, {'H', 2}, {'K', 2},
                               {'k', 2}, {'m', 2}, {'s', 2}, {'S', 9}, {'n', 9}, {'V', 2},
                               {'z', 3}, {'X', 5}, {'x', 5}, {'Z', 5}, {'O', 4}};

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                      "Thursday", "Friday", "Saturday"};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

Result<void> check_letter(const PatternField& field) {
  const std::string written(field.count, field.letter);
  if (field.letter == 'Y') {
    return problem("'" + written + "' is the year of the week calendar, use yyyy");
  }
  for (const auto& known : kLetters) {
    if (known.letter != field.letter) continue;
    const bool fits = field.count <= known.longest && !(field.letter == 'V' && field.count != 2);
    if (fits) return {};
    return problem("the pattern has '" + written + "', which has no meaning");
  }
  return problem(std::string("the pattern letter '") + field.letter +
                 "' is not supported; text in a pattern stands in single quotes");
}

// Two quotes are one quote, also inside quotes.
Result<std::size_t> read_quoted(std::string_view pattern, std::size_t at, std::string& literal) {
  if (pattern.substr(at).starts_with("''")) {
    literal += '\'';
    return at + 2;
  }
  for (++at; at < pattern.size(); ++at) {
    if (pattern[at] != '\'') {
      literal += pattern[at];
    } else if (pattern.substr(at).starts_with("''")) {
      literal += pattern[at++];
    } else {
      return at + 1;
    }
  }
  return problem("the pattern has a quote without an end");
}

class Compiler {
 public:
  Compiler(std::string_view pattern, bool own) : pattern_(pattern), own_(own) {}

  Result<std::vector<PatternField>> run() {
    while (at_ < pattern_.size()) {
      if (auto done = step(); !done) return problem(done.error());
    }
    flush();
    return std::move(fields_);
  }

 private:
  Result<void> step() {
    const char c = pattern_[at_];
    if (c == '\'') {
      const auto next = read_quoted(pattern_, at_, literal_);
      if (!next) return problem(next.error());
      at_ = *next;
      return {};
    }
    if (own_ && c >= '1' && c <= '7') return field(c);
    if (is_letter(c)) return field(c);
    if (std::string_view("[]{}#").find(c) != std::string_view::npos) {
      return problem(std::string("the pattern character '") + c + "' is not supported");
    }
    literal_ += c;
    ++at_;
    return {};
  }

  Result<void> field(char letter) {
    flush();
    const auto end = std::min(pattern_.find_first_not_of(letter, at_), pattern_.size());
    fields_.push_back(PatternField{letter, end - at_, {}});
    at_ = end;
    return is_letter(letter) ? check_letter(fields_.back()) : Result<void>();
  }

  void flush() {
    if (!literal_.empty()) fields_.push_back(PatternField{'\0', 0, std::move(literal_)});
    literal_.clear();
  }

  std::string_view pattern_;
  bool own_;
  std::size_t at_ = 0;
  std::string literal_;
  std::vector<PatternField> fields_;
};

}  // namespace

std::string_view month_name(unsigned month) {
  return kMonths[month - 1];
}
std::string_view day_name(unsigned day) {
  return kDays[day];
}

Result<DatePattern> DatePattern::find(std::string_view format) {
  for (const std::string_view style : {"full", "long", "medium", "short"}) {
    if (format == style) {
      return problem("the format '" + std::string(style) +
                     "' depends on a locale, write a pattern such as yyyy-MM-dd");
    }
  }
  DatePattern result;
  std::string_view pattern = format;
  for (const auto& named : kNamed) {
    if (named.name != format) continue;
    pattern = named.pattern;
    result.name_ = named.name;
  }
  auto fields = Compiler(pattern, !result.name_.empty()).run();
  if (!fields) return problem(fields.error());
  result.fields_ = std::move(*fields);
  return result;
}

std::string DatePattern::print(const DateTime& date) const {
  const DateTime shown = name_ == "iso_instant" ? date.in(Zone{}) : date;
  std::string text;
  for (const auto& field : fields_) {
    text += field.letter == '\0' ? field.literal : print_field(field, shown);
  }
  return text;
}

Result<DateTime> DatePattern::read(std::string_view text, const Zone& zone) const {
  if (name_.starts_with("iso_") && name_.find("date") != std::string::npos)
    return read_iso(text, zone);
  if (name_ == "iso_instant") return read_iso(text, zone);
  const auto parts = read_fields(fields_, text);
  if (!parts) return problem(parts.error());
  return assembled(*parts, zone);
}

}  // namespace winnow::cli::expression
