// A retention policy: rules that say which executions, logs and metrics stay, and how long. Read
// once, from a flow's parameters or from the operator's file; knows no SQL and no database.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::tasks {

// What a rule asks of one value: it is one of `values`, or with `negated` none of them. A value
// that is missing is none of them. In names of tenants, namespaces and flows `*` stands for any
// letters but dots, and a `**` between dots for any number of parts, also for none.
struct ValueMatch {
  std::vector<std::string> values = {};
  bool negated = false;
};

// What a rule asks of an execution, a log or a metric. Nothing: it does not matter.
struct RuleMatch {
  std::optional<ValueMatch> tenant = {};
  std::optional<ValueMatch> name_space = {};
  std::optional<ValueMatch> flow_id = {};
  // Of executions alone.
  std::optional<ValueMatch> states = {};
  std::optional<ValueMatch> kind = {};
  std::optional<ValueMatch> trigger = {};
  // By the label's name; all of them have to fit.
  std::map<std::string, ValueMatch> labels = {};
  // Of logs alone.
  std::optional<ValueMatch> levels = {};
};

// What rules are for.
enum class RowsOf { executions, logs, metrics };

// One of the values that a rule may ask for: where it stands in a policy and in a row. Kestra's
// tables share the names of the columns.
struct RuleField {
  const char* name;
  std::optional<ValueMatch> RuleMatch::*values;
  // Nothing: a rule for any rows may ask for it.
  std::optional<RowsOf> only = {};
  // A name, which may be a pattern.
  bool is_name = false;
  // The only values that there are; empty: any.
  std::vector<std::string> known = {};
  // Empty: of a tenant, whose rows a task is for anyway.
  std::string column = {};
  // Path of the same value in the row's document.
  std::vector<std::string> document = {};
  // What a row without a value has; or empty.
  std::string when_missing = {};
};

// All but the labels, which have names of their own.
const std::vector<RuleField>& rule_fields();

enum class CountedFrom { end, start };

// How long a rule keeps what it matches. Without `age` and `last`: for ever.
struct Keep {
  // It stays while it is younger.
  std::optional<std::chrono::milliseconds> age = {};
  // Executions: it stays while it is among so many of its flow that ended last and that the rule
  // matches.
  std::optional<std::int64_t> last = {};
  // Where `age` begins.
  CountedFrom from = CountedFrom::end;

  bool forever() const { return !age && !last; }
};

struct RetentionRule {
  RuleMatch match = {};
  Keep keep = {};
  // Where it stands: "/rules/0", "/otherwise", "/logs/1".
  std::string pointer = {};

  bool is_otherwise() const { return pointer == "/otherwise"; }
};

// In each list the first rule that matches decides. What no rule matches stays.
struct RetentionPolicy {
  // `otherwise` is the last of them; its match is empty.
  std::vector<RetentionRule> rules = {};
  std::vector<RetentionRule> logs = {};
  std::vector<RetentionRule> metrics = {};
};

// The states whose executions a rule removes: those that it names, without them the terminal ones.
// What it matches in another state stays.
std::vector<std::string> removable_states(const RetentionRule& rule);

// The members that rules stand in: of a flow's parameters, and of the operator's file.
inline constexpr std::array<const char*, 4> kRulesMembers{"rules", "otherwise", "logs", "metrics"};

// Reads an object of these members. The one place where the form of rules is checked: manifests/
// retention.schema.json describes it, for hosts and people. The failure is invalid_parameter with
// the pointer of what is wrong: a value of another form, an unknown key, a rule without a match or
// hidden by an earlier one, a keep that says nothing or can't be meant.
Outcome<RetentionPolicy> read_retention(const document::Json& object);

}  // namespace winnow::tasks
