#include "tasks/retention/policy.h"

#include <algorithm>

#include "document/duration.h"
#include "document/name_pattern.h"
#include "document/nearest.h"
#include "document/pointer.h"
#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/retention/implication.h"
#include "tasks/selection/states.h"

namespace winnow::tasks {
namespace {

using document::Json;
using document::pointer_to;
using std::chrono::milliseconds;
using Words = std::vector<std::string>;

tl::unexpected<Failure> wrong(std::string reason, const std::string& pointer) {
  return fail(FailureKind::invalid_parameter, std::move(reason), pointer);
}

Outcome<void> check_keys(const Json& object, const Words& known, const std::string& pointer) {
  if (!object.is_object()) return wrong("has to be an object", pointer);
  for (const auto& entry : object.items()) {
    if (std::find(known.begin(), known.end(), entry.key()) != known.end()) continue;
    return wrong("there is no such key here" + document::did_you_mean(entry.key(), known) +
                     "; known are " + document::joined(known, ", "),
                 pointer_to(pointer, entry.key()));
  }
  return {};
}

std::string in_days(std::int64_t days) {
  return "P" + std::to_string(days) + "D";
}

// What a number of such units is in ISO 8601, as far as a duration has it; or empty. A lone `M` is
// for months to some and for minutes to others: both are named.
std::string written_in(std::int64_t number, const std::string& unit, bool after_p) {
  constexpr int kWeek = 7;
  constexpr int kMonth = 30;
  constexpr int kYear = 365;
  const auto time = [&](char letter) { return "PT" + std::to_string(number) + letter; };
  if (unit.empty() || unit == "d" || unit == "day" || unit == "days") return in_days(number);
  if (unit == "w" || unit == "week" || unit == "weeks") return in_days(number * kWeek);
  if (unit == "month" || unit == "months" || (unit == "m" && after_p)) {
    return in_days(number * kMonth);
  }
  if (unit == "y" || unit == "year" || unit == "years") return in_days(number * kYear);
  if (unit == "h" || unit == "hour" || unit == "hours") return time('H');
  if (unit == "m" || unit == "min" || unit == "minutes") return time('M');
  if (unit == "s" || unit == "seconds") return time('S');
  return {};
}

// `30d` and its like: ` (did you mean P30D?)`, or empty.
std::string duration_meant(const std::string& text) {
  std::string number;
  std::string unit;
  for (const char letter : text) {
    if (letter == ' ' || letter == 'P' || letter == 'p') continue;
    const bool digit = document::is_digit(letter);
    (digit ? number : unit) += document::lower(letter);
    if (digit && !unit.empty()) return {};
  }
  constexpr std::int64_t kMost = 99'999;
  const auto count = document::number_of<std::int64_t>(number);
  if (!count || *count > kMost) return {};
  const bool after_p = text.find_first_of("Pp") == 0;
  const auto meant = written_in(*count, unit, after_p);
  if (meant.empty() || !document::parse_duration(meant)) return {};
  const bool month = text.ends_with('M') && unit == "m" && !after_p;
  return " (did you mean " + meant +
         (month ? " or, in months, " + written_in(*count, "month", true) : "") + "?)";
}

Outcome<milliseconds> read_age(const Json& value, const std::string& pointer) {
  if (!value.is_string()) {
    const auto meant = value.is_number_integer() ? duration_meant(value.dump()) : std::string();
    return wrong(
        "has to be a duration as ISO 8601 writes it" + (meant.empty() ? ", such as P30D" : meant),
        pointer);
  }
  const auto text = value.get<std::string>();
  const auto age = document::parse_duration(text);
  if (age && age->count() > 0) return *age;
  if (age) return wrong("has to be longer than nothing", pointer);
  if (text.find('-') != std::string::npos) return wrong("an age is never negative", pointer);
  return wrong(age.error().message + duration_meant(text), pointer);
}

// No flow brings a policy, so that nobody evaluates it.
Outcome<void> check_no_expression(const std::string& text, const std::string& pointer) {
  if (!document::NamePattern::is_expression(text)) return {};
  return wrong("\"" + text + "\" is an expression, and nobody evaluates it here", pointer);
}

// `known`: the only values that there are; none: any.
Outcome<std::string> read_value(const Json& value, const Words& known, const std::string& pointer) {
  if (value.is_number() || value.is_boolean()) {
    return wrong("has to be a string: put it into quotes", pointer);
  }
  if (!value.is_string()) return wrong("has to be a string", pointer);
  const auto text = value.get<std::string>();
  if (text.empty()) return wrong("is empty", pointer);
  WINNOW_CHECK(check_no_expression(text, pointer));
  if (known.empty() || std::find(known.begin(), known.end(), text) != known.end()) return text;
  return wrong("there is no \"" + text + "\"" + document::did_you_mean(text, known), pointer);
}

// A value, a list of them, or {not: a value or a list}.
Outcome<ValueMatch> read_one_of(const Json& value, const Words& known, const std::string& pointer) {
  if (value.is_object()) {
    WINNOW_CHECK(check_keys(value, {"not"}, pointer));
    if (value.empty()) return wrong("needs `not`, a value or a list", pointer);
    const auto& inner = value["not"];
    const auto place = pointer_to(pointer, "not");
    if (inner.is_object()) return wrong("has to be a value or a list of values", place);
    WINNOW_TRY(auto read, read_one_of(inner, known, place));
    read.negated = true;
    return read;
  }
  ValueMatch read;
  if (!value.is_array()) {
    WINNOW_TRY(auto only, read_value(value, known, pointer));
    read.values.push_back(std::move(only));
    return read;
  }
  if (value.empty()) return wrong("is an empty list, which nothing matches", pointer);
  for (std::size_t at = 0; at < value.size(); ++at) {
    WINNOW_TRY(auto each, read_value(value[at], known, pointer_to(pointer, at)));
    read.values.push_back(std::move(each));
  }
  return read;
}

Outcome<void> check_patterns(const ValueMatch& names, const std::string& pointer) {
  for (const auto& pattern : names.values) {
    if (const auto mistake = document::NamePattern::mistake(pattern)) {
      return wrong("\"" + pattern + "\": " + *mistake, pointer);
    }
  }
  return {};
}

Words all_states() {
  auto states = terminal_states();
  states.insert(states.end(), unfinished_states().begin(), unfinished_states().end());
  return states;
}

Words keys_of_match(RowsOf rows) {
  Words keys;
  for (const auto& field : rule_fields()) {
    if (!field.only || field.only == rows) keys.emplace_back(field.name);
  }
  if (rows == RowsOf::executions) keys.emplace_back("labels");
  return keys;
}

Outcome<RuleMatch> read_match(const Json& match, RowsOf rows, const std::string& pointer) {
  WINNOW_CHECK(check_keys(match, keys_of_match(rows), pointer));
  if (match.empty()) return wrong("is empty; a rule for all the rest is `otherwise`", pointer);
  RuleMatch read;
  for (const auto& field : rule_fields()) {
    if (!match.contains(field.name)) continue;
    const auto place = pointer_to(pointer, field.name);
    WINNOW_TRY(auto values, read_one_of(match[field.name], field.known, place));
    const bool are_names = field.is_name || (values.negated && field.known.empty());
    if (are_names) WINNOW_CHECK(check_patterns(values, place));
    read.*field.values = std::move(values);
  }
  if (!match.contains("labels")) return read;
  const auto place = pointer_to(pointer, "labels");
  if (!match["labels"].is_object() || match["labels"].empty()) {
    return wrong("has to be an object of labels, such as {env: prod}", place);
  }
  for (const auto& label : match["labels"].items()) {
    WINNOW_CHECK(check_no_expression(label.key(), place));
    WINNOW_TRY(read.labels[label.key()],
               read_one_of(label.value(), {}, pointer_to(place, label.key())));
  }
  return read;
}

Outcome<std::int64_t> read_last(const Json& value, const std::string& pointer) {
  constexpr std::int64_t kMost = 10'000;
  if (!value.is_number_integer()) return wrong("has to be a whole number", pointer);
  const auto last = value.get<std::int64_t>();
  if (last < 1) return wrong("has to be 1 or more", pointer);
  if (last > kMost) return wrong("is more than 10000, the most that a rule may keep", pointer);
  return last;
}

Outcome<Keep> read_keep(const Json& value, RowsOf rows, const std::string& pointer) {
  if (value == "forever") return Keep{};
  if (!value.is_object()) {
    return wrong("has to be `forever` or an object such as {age: P30D}", pointer);
  }
  const auto keys = rows == RowsOf::executions ? Words{"age", "last", "from"} : Words{"age"};
  WINNOW_CHECK(check_keys(value, keys, pointer));
  Keep keep;
  if (value.contains("age")) {
    WINNOW_TRY(keep.age, read_age(value["age"], pointer_to(pointer, "age")));
  }
  if (value.contains("last")) {
    WINNOW_TRY(keep.last, read_last(value["last"], pointer_to(pointer, "last")));
  }
  if (value.contains("from")) {
    static const Words sides{"START", "END"};
    WINNOW_TRY(const auto from, read_value(value["from"], sides, pointer_to(pointer, "from")));
    keep.from = from == "START" ? CountedFrom::start : CountedFrom::end;
  }
  if (!keep.forever()) return keep;
  return wrong("says neither `age` nor `last`; what stays for ever has `keep: forever`", pointer);
}

bool is_terminal(const std::string& state) {
  const auto& all = terminal_states();
  return std::find(all.begin(), all.end(), state) != all.end();
}

// PAUSED has an end date in Kestra: the moment of the pause.
bool has_end(const std::string& state) {
  return is_terminal(state) || state == "PAUSED";
}

// The date that a rule counts from has to be there in the states that it removes.
Outcome<void> check_dates(const RetentionRule& rule) {
  if (rule.keep.forever()) return {};
  const auto states = removable_states(rule);
  const auto from = rule.pointer + "/keep/from";
  if (rule.keep.from == CountedFrom::start) {
    if (rule.keep.last) {
      return wrong("`last` counts executions that ended, and doesn't go with START", from);
    }
    if (std::none_of(states.begin(), states.end(), is_terminal)) return {};
    return wrong(
        "START is for executions that never end: the rule has to name such `states` alone, as "
        "RUNNING or QUEUED",
        from);
  }
  for (const auto& state : states) {
    if (has_end(state)) continue;
    return wrong("executions that are " + state +
                     " have no end date to count from: give them a rule of their own with "
                     "`from: START`",
                 rule.pointer + "/match/states");
  }
  return {};
}

Outcome<RetentionRule> read_rule(const Json& value, RowsOf rows, std::string pointer) {
  WINNOW_CHECK(check_keys(value, {"match", "keep"}, pointer));
  for (const char* key : {"match", "keep"}) {
    if (!value.contains(key)) return wrong(std::string("needs `") + key + "`", pointer);
  }
  RetentionRule rule{.pointer = std::move(pointer)};
  WINNOW_TRY(rule.match, read_match(value["match"], rows, rule.pointer + "/match"));
  WINNOW_TRY(rule.keep, read_keep(value["keep"], rows, rule.pointer + "/keep"));
  if (rows == RowsOf::executions) WINNOW_CHECK(check_dates(rule));
  return rule;
}

// A rule that an earlier one hides whole was meant for something.
Outcome<void> check_decides(const RetentionRule& rule, const std::vector<RetentionRule>& before) {
  for (const auto& earlier : before) {
    if (!covers(earlier.match, rule.match)) continue;
    return wrong("never decides: the rule at " + earlier.pointer +
                     " stands before it and matches all that it matches",
                 rule.pointer);
  }
  return {};
}

Outcome<void> read_rules(const Json& object, const char* key, RowsOf rows,
                         std::vector<RetentionRule>& rules) {
  if (!object.contains(key)) return {};
  const auto pointer = pointer_to("", key);
  const auto& list = object[key];
  if (!list.is_array()) return wrong("has to be a list of rules", pointer);
  // Each rule's statements have those before it, and so has memory.
  constexpr std::size_t kMost = 500;
  if (list.size() > kMost) {
    return wrong("has more than 500 rules: a rule may name lists and patterns", pointer);
  }
  for (std::size_t at = 0; at < list.size(); ++at) {
    WINNOW_TRY(auto rule, read_rule(list[at], rows, pointer_to(pointer, at)));
    WINNOW_CHECK(check_decides(rule, rules));
    rules.push_back(std::move(rule));
  }
  return {};
}

Outcome<void> read_otherwise(const Json& object, std::vector<RetentionRule>& rules) {
  if (!object.contains("otherwise")) return {};
  const auto& value = object["otherwise"];
  RetentionRule rule{.pointer = "/otherwise"};
  WINNOW_CHECK(check_keys(value, {"keep"}, rule.pointer));
  if (!value.contains("keep")) return wrong("needs `keep`", rule.pointer);
  WINNOW_TRY(rule.keep, read_keep(value["keep"], RowsOf::executions, "/otherwise/keep"));
  WINNOW_CHECK(check_dates(rule));
  WINNOW_CHECK(check_decides(rule, rules));
  rules.push_back(std::move(rule));
  return {};
}

// Lists that are there, with nothing in any of them, are a slip: a policy that does nothing says so
// by `otherwise: {keep: forever}`.
Outcome<void> check_not_empty(const RetentionPolicy& policy, const Json& object) {
  if (!policy.rules.empty() || !policy.logs.empty() || !policy.metrics.empty()) return {};
  for (const char* key : {"rules", "logs", "metrics"}) {
    if (!object.contains(key)) continue;
    return wrong("there is no rule here, and none elsewhere", pointer_to("", key));
  }
  return {};
}

// A hold keeps the logs and metrics too, and those know neither states nor labels.
Outcome<void> check_holds(const RetentionPolicy& policy) {
  const auto removes = [](const RetentionRule& rule) { return !rule.keep.forever(); };
  const bool any = std::any_of(policy.logs.begin(), policy.logs.end(), removes) ||
                   std::any_of(policy.metrics.begin(), policy.metrics.end(), removes);
  if (!any) return {};
  for (const auto& rule : policy.rules) {
    const auto& match = rule.match;
    if (!rule.keep.forever() || rule.is_otherwise()) continue;
    if (!match.states && !match.kind && !match.trigger && match.labels.empty()) continue;
    return wrong(
        "this hold is by more than tenant, namespace and flowId, and logs and metrics have no "
        "more: "
        "the rules for them could remove what belongs to a held execution. Hold by namespace or "
        "flowId, or leave `logs` and `metrics` out",
        rule.pointer);
  }
  return {};
}

}  // namespace

const std::vector<RuleField>& rule_fields() {
  static const std::vector<RuleField> fields{
      {.name = "tenant", .values = &RuleMatch::tenant, .is_name = true},
      {.name = "namespace",
       .values = &RuleMatch::name_space,
       .is_name = true,
       .column = "namespace"},
      {.name = "flowId", .values = &RuleMatch::flow_id, .is_name = true, .column = "flow_id"},
      {.name = "states",
       .values = &RuleMatch::states,
       .only = RowsOf::executions,
       .known = all_states(),
       .column = "state_current"},
      // Kestra's ExecutionKind; LOOP comes with 2.0.
      {.name = "kind",
       .values = &RuleMatch::kind,
       .only = RowsOf::executions,
       .known = {"NORMAL", "TEST", "PLAYGROUND", "LOOP"},
       .column = "kind",
       .document = {"kind"},
       .when_missing = "NORMAL"},
      // A column since Kestra 2.0.
      {.name = "trigger",
       .values = &RuleMatch::trigger,
       .only = RowsOf::executions,
       .column = "trigger_id",
       .document = {"trigger", "id"}},
      {.name = "levels",
       .values = &RuleMatch::levels,
       .only = RowsOf::logs,
       .known = {"ERROR", "WARN", "INFO", "DEBUG", "TRACE"},
       .column = "level"},
  };
  return fields;
}

std::vector<std::string> removable_states(const RetentionRule& rule) {
  if (!rule.match.states) return terminal_states();
  if (!rule.match.states->negated) return rule.match.states->values;
  // What a rule does not name stays running, so a negation speaks of terminal states alone.
  auto states = terminal_states();
  std::erase_if(states, [&](const auto& state) {
    const auto& named = rule.match.states->values;
    return std::find(named.begin(), named.end(), state) != named.end();
  });
  return states;
}

Outcome<RetentionPolicy> read_retention(const Json& object) {
  WINNOW_CHECK(check_keys(object, {kRulesMembers.begin(), kRulesMembers.end()}, ""));
  RetentionPolicy policy;
  WINNOW_CHECK(read_rules(object, "rules", RowsOf::executions, policy.rules));
  WINNOW_CHECK(read_otherwise(object, policy.rules));
  WINNOW_CHECK(read_rules(object, "logs", RowsOf::logs, policy.logs));
  WINNOW_CHECK(read_rules(object, "metrics", RowsOf::metrics, policy.metrics));
  WINNOW_CHECK(check_not_empty(policy, object));
  WINNOW_CHECK(check_holds(policy));
  return policy;
}

}  // namespace winnow::tasks
