// The patterns of Java's DateTimeFormatter, as far as they don't depend on a locale, and the
// formats that Kestra names.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/expression/dates/date_time.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

struct PatternField {
  char letter =
      '\0';  // nothing: `literal` stands as it is; a digit is one of the fields of date_pattern.cpp
  std::size_t count = 0;  // how often the letter stands
  std::string literal;
};

class DatePattern {
 public:
  // A pattern such as "yyyy-MM-dd", or a format's name such as "iso_local_date".
  static Result<DatePattern> find(std::string_view format);

  std::string print(const DateTime& date) const;

  // What a text without offset or region means is local to `zone`.
  Result<DateTime> read(std::string_view text, const Zone& zone) const;

 private:
  std::string name_;
  std::vector<PatternField> fields_;
};

// The two halves of it, in files of their own.
std::string print_field(const PatternField& field, const DateTime& date);
Result<LocalParts> read_fields(const std::vector<PatternField>& fields, std::string_view text);

// English names of months and days; the first three letters are the short form.
std::string_view month_name(unsigned month);  // from 1
std::string_view day_name(unsigned day);      // from 0, Sunday

}  // namespace winnow::cli::expression
