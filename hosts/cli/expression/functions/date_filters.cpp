// Kestra's functions and filters for dates. Dates are passed as strings, as in Kestra: what one
// filter prints the next one reads, so that a string with an offset and no region keeps that offset
// through a clock change.
#include <optional>

#include "document/strings.h"
#include "hosts/cli/expression/dates/date_format.h"
#include "hosts/cli/expression/dates/date_time.h"
#include "hosts/cli/expression/functions/functions.h"
#include "outcome/try.h"

namespace winnow::cli::expression {
namespace {

Outcome<std::optional<std::string>> optional_string(const Json& value, const char* name) {
  if (value.is_null()) return std::optional<std::string>();
  if (value.is_string()) return std::optional(value.get<std::string>());
  return refuse("'" + std::string(name) + "' must be a string, found " + described(value));
}

Outcome<Zone> zone_of(const Json& argument) {
  WINNOW_TRY(const auto name, optional_string(argument, "timeZone"));
  return name ? find_zone(*name) : machine_zone();
}

Outcome<DateTime> date_of(const Json& input, const Json& existing_format, const Zone& zone) {
  WINNOW_TRY(const auto existing, optional_string(existing_format, "existingFormat"));
  if (const auto number = whole_number(input)) return from_number(*number, zone);
  if (!input.is_string()) return refuse("expected a date, found " + described(input));
  const auto& text = input.get_ref<const std::string&>();
  if (!existing) return read_iso(text, zone);
  WINNOW_TRY(const auto format, DateFormat::find(*existing));
  return format.read(text, zone);
}

Outcome<Json> print_date(const DateTime& date, const Json& format_argument, const Zone& zone) {
  WINNOW_TRY(const auto name, optional_string(format_argument, "format"));
  WINNOW_TRY(const auto format, DateFormat::find(name.value_or("iso")));
  return Json(format.print(DateTime{date.instant, zone}));
}

Outcome<Json> date(const Invocation& call) {
  WINNOW_TRY(const auto zone, zone_of(call.argument(1)));
  WINNOW_TRY(const auto date, date_of(call.input, call.argument(2), zone));
  return print_date(date, call.argument(0), zone);
}

// A number in quotes counts as the number, as in Kestra (Java's Long.parseLong).
Outcome<std::int64_t> amount_of(const Json& argument) {
  if (const auto number = whole_number(argument)) return *number;
  if (argument.is_string()) {
    std::string_view text = argument.get_ref<const std::string&>();
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    if (const auto number = document::number_of<std::int64_t>(text)) return *number;
  }
  return refuse("'amount' must be a whole number, found " + described(argument));
}

Outcome<Json> date_add(const Invocation& call) {
  WINNOW_TRY(const auto amount, amount_of(call.argument(0)));
  WINNOW_TRY(const auto unit, optional_string(call.argument(1), "unit"));
  WINNOW_TRY(const auto zone, zone_of(call.argument(3)));
  WINNOW_TRY(const auto date, date_of(call.input, call.argument(4), zone));
  WINNOW_TRY(const auto moved, plus(date, amount, unit.value_or("")));
  return print_date(moved, call.argument(2), zone);
}

// Whole units since 1970, towards the past.
template <class Unit>
Outcome<Json> timestamp(const Invocation& call) {
  WINNOW_TRY(const auto zone, zone_of(call.argument(0)));
  WINNOW_TRY(const auto date, date_of(call.input, call.argument(1), zone));
  const auto units = date::floor<Unit>(date.instant.time_since_epoch());
  return Json(units.count());
}

Outcome<Json> timestamp_nano(const Invocation& call) {
  WINNOW_TRY(const auto micros, timestamp<std::chrono::microseconds>(call));
  std::int64_t nanos = 0;
  if (!__builtin_mul_overflow(micros.get<std::int64_t>(), std::int64_t{1000}, &nanos)) {
    return Json(nanos);
  }
  return refuse("the date is too far away for a number of nanoseconds");
}

}  // namespace

Outcome<Json> now(const Invocation& call) {
  WINNOW_TRY(const auto zone, zone_of(call.argument(1)));
  return print_date(DateTime{Instant(call.scope.now.time_since_epoch()), zone}, call.argument(0),
                    zone);
}

std::vector<Callable> date_filters() {
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  using std::chrono::seconds;
  const std::vector<std::string_view> stamp = {"timeZone", "existingFormat"};
  return {
      {"date", {"format", "timeZone", "existingFormat"}, 0, unless_null<date>},
      {"dateAdd",
       {"amount", "unit", "format", "timeZone", "existingFormat"},
       2,
       unless_null<date_add>},
      {"timestamp", stamp, 0, unless_null<timestamp<seconds>>},
      {"timestampMilli", stamp, 0, unless_null<timestamp<milliseconds>>},
      {"timestampMicro", stamp, 0, unless_null<timestamp<microseconds>>},
      {"timestampNano", stamp, 0, unless_null<timestamp_nano>},
  };
}

}  // namespace winnow::cli::expression
