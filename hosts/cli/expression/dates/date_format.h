// The patterns of Java's DateTimeFormatter for which the date library has exactly the same field,
// and Kestra's named formats. Everything else is refused: a date printed slightly differently would
// select other rows.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "hosts/cli/expression/dates/date_time.h"

namespace winnow::cli::expression {

// One field of a pattern, or a literal string.
struct DateField {
  std::string flag;  // the library's: "%Y"; empty: a literal
  std::string literal = {};
  bool without_zero = false;  // "3" for "03"
  bool utc_is_z = false;      // "Z" for "+00:00"
  std::size_t fraction = 0;   // number of digits of the second's fraction
};

class DateFormat {
 public:
  // A pattern such as "yyyy-MM-dd", or a format's name such as "iso_milli".
  static Outcome<DateFormat> find(std::string_view format);

  std::string print(const DateTime& date) const;

  // Reads what print() prints, and also the local times that a clock change skips. A string without
  // an offset is local to `zone`.
  Outcome<DateTime> read(std::string_view text, const Zone& zone) const;

 private:
  Outcome<std::string> library_format() const;
  bool has(std::string_view flag) const;

  std::string pattern_;
  std::vector<DateField> fields_;
};

}  // namespace winnow::cli::expression
