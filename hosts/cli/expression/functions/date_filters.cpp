// Kestra's functions and filters for dates. Dates travel as texts, as in Kestra: what one filter
// prints the next one reads, so that a text with an offset and no region keeps that offset through
// a clock change.
#include "hosts/cli/expression/dates/date_pattern.h"
#include "hosts/cli/expression/dates/date_time.h"
#include "hosts/cli/expression/functions/functions.h"
#include "hosts/cli/expression/language/value.h"

namespace winnow::cli::expression {
namespace {

// The optional arguments that the date filters share.
struct DateArguments {
  std::string format = "iso";
  std::optional<std::string> existing;
  Zone zone;
};

Result<std::optional<std::string>> text_argument(const Invocation& call, std::size_t index,
                                                 std::string_view name) {
  const Json& value = call.argument(index);
  if (value.is_null()) return std::optional<std::string>();
  if (value.is_string()) return std::optional(value.get<std::string>());
  return problem("'" + std::string(name) + "' must be a text, found " + description(value));
}

constexpr std::size_t kNone = 100;  // the callable has no such argument

struct Places {
  std::size_t format = kNone;
  std::size_t time_zone = kNone;
  std::size_t existing = kNone;
  std::size_t locale = kNone;
};

Result<Zone> chosen_zone(const std::optional<std::string>& name) {
  return name ? find_zone(*name) : machine_zone();
}

Result<DateArguments> date_arguments(const Invocation& call, const Places& places) {
  DateArguments arguments;
  const auto format = text_argument(call, places.format, "format");
  if (!format) return problem(format.error());
  arguments.format = format->value_or("iso");
  const auto existing = text_argument(call, places.existing, "existingFormat");
  if (!existing) return problem(existing.error());
  arguments.existing = *existing;
  const auto name = text_argument(call, places.time_zone, "timeZone");
  if (!name) return problem(name.error());
  const auto zone = chosen_zone(*name);
  if (!zone) return problem(zone.error());
  arguments.zone = *zone;
  const auto locale = text_argument(call, places.locale, "locale");
  if (!locale) return problem(locale.error());
  if (!locale->value_or("en").starts_with("en"))
    return problem("only English names are known, not locale '" + **locale + "'");
  return arguments;
}

Result<DateTime> date_of(const Json& input, const DateArguments& arguments) {
  if (const auto number = whole_number(input)) return from_number(*number, arguments.zone);
  if (!input.is_string()) return problem("expected a date, found " + description(input));
  const auto& text = input.get_ref<const std::string&>();
  if (!arguments.existing) return read_iso(text, arguments.zone);
  const auto pattern = DatePattern::find(*arguments.existing);
  if (!pattern) return problem(pattern.error());
  return pattern->read(text, arguments.zone);
}

Result<Json> printed(const DateTime& date, const DateArguments& arguments) {
  const auto pattern = DatePattern::find(arguments.format);
  if (!pattern) return problem(pattern.error());
  return Json(pattern->print(date.in(arguments.zone)));
}

Result<Json> call_date(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  const auto arguments = date_arguments(call, Places{0, 1, 2, 3});
  if (!arguments) return problem(arguments.error());
  const auto date = date_of(call.input, *arguments);
  if (!date) return problem(date.error());
  return printed(*date, *arguments);
}

Result<Json> call_date_add(const Invocation& call) {
  if (call.input.is_null()) return call.input;
  const auto amount = whole_number(call.argument(0));
  if (!amount)
    return problem("'amount' must be a whole number, found " + description(call.argument(0)));
  const auto unit = text_argument(call, 1, "unit");
  if (!unit) return problem(unit.error());
  const auto arguments = date_arguments(call, Places{2, 3, 4, 5});
  if (!arguments) return problem(arguments.error());
  const auto date = date_of(call.input, *arguments);
  if (!date) return problem(date.error());
  const auto moved = plus(*date, *amount, unit->value_or(""));
  if (!moved) return problem(moved.error());
  return printed(*moved, *arguments);
}

Result<Json> timestamp(const Invocation& call, std::int64_t per_second) {
  if (call.input.is_null()) return call.input;
  const auto arguments = date_arguments(call, Places{.time_zone = 0, .existing = 1});
  if (!arguments) return problem(arguments.error());
  const auto date = date_of(call.input, *arguments);
  if (!date) return problem(date.error());
  std::int64_t stamp = 0;
  const auto fraction = date->fraction.count() / (1'000'000'000 / per_second);
  if (__builtin_mul_overflow(date->instant.time_since_epoch().count(), per_second, &stamp) ||
      __builtin_add_overflow(stamp, fraction, &stamp)) {
    return problem("the date is too far away for a number of this unit");
  }
  return Json(per_second == 1 ? date->instant.time_since_epoch().count() : stamp);
}

Result<Json> call_timestamp(const Invocation& call) {
  return timestamp(call, 1);
}
Result<Json> call_timestamp_milli(const Invocation& call) {
  return timestamp(call, 1'000);
}
Result<Json> call_timestamp_micro(const Invocation& call) {
  return timestamp(call, 1'000'000);
}
Result<Json> call_timestamp_nano(const Invocation& call) {
  return timestamp(call, 1'000'000'000);
}

}  // namespace

Result<Json> call_now(const Invocation& call) {
  const auto arguments = date_arguments(call, Places{0, 1, 2, 3});
  if (!arguments) return problem(arguments.error());
  return printed(DateTime::of(call.scope.now, arguments->zone), *arguments);
}

const std::vector<Callable>& date_filters() {
  static const std::vector<Callable> table = {
      {"date", {"format", "timeZone", "existingFormat", "locale"}, 0, false, call_date},
      {"dateAdd",
       {"amount", "unit", "format", "timeZone", "existingFormat", "locale"},
       2,
       false,
       call_date_add},
      {"timestamp", {"timeZone", "existingFormat"}, 0, false, call_timestamp},
      {"timestampMilli", {"timeZone", "existingFormat"}, 0, false, call_timestamp_milli},
      {"timestampMicro", {"timeZone", "existingFormat"}, 0, false, call_timestamp_micro},
      {"timestampNano", {"timeZone", "existingFormat"}, 0, false, call_timestamp_nano},
  };
  return table;
}

}  // namespace winnow::cli::expression
