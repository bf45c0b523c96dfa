// A retention policy: rules that say which executions, logs and metrics stay, and how long. Read
// once, from a flow's parameters or from the operator's file; uses no SQL and no database.
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

// A rule's condition on one value: it is one of `values`, or with `negated` none of them. A missing
// value is none of them. In names of tenants, namespaces and flows `*` stands for any characters
// except dots, and a `**` between dots for any number of parts, including none.
struct ValueMatch {
  std::vector<std::string> values = {};
  bool negated = false;
};

// A rule's conditions on an execution, a log or a metric. Nothing: no condition.
struct RuleMatch {
  std::optional<ValueMatch> tenant = {};
  std::optional<ValueMatch> name_space = {};
  std::optional<ValueMatch> flow_id = {};
  // Only for executions.
  std::optional<ValueMatch> states = {};
  std::optional<ValueMatch> kind = {};
  std::optional<ValueMatch> trigger = {};
  // By the label's name; all must match.
  std::map<std::string, ValueMatch> labels = {};
  // Only for logs.
  std::optional<ValueMatch> levels = {};
};

// The rows to which rules apply.
enum class RowsOf { executions, logs, metrics };

// One of the values that a rule may compare: its place in a policy and in a row. The column names
// are the same in all of Kestra's tables.
struct RuleField {
  const char* name;
  std::optional<ValueMatch> RuleMatch::*values;
  // Nothing: rules for any rows may compare it.
  std::optional<RowsOf> only = {};
  // A name, which may be a pattern.
  bool is_name = false;
  // The only possible values; empty: any.
  std::vector<std::string> known = {};
  // Empty: the tenant, to which a task is restricted anyway.
  std::string column = {};
  // Path of the same value in the row's document.
  std::vector<std::string> document = {};
  // The value of a row without one; or empty.
  std::string when_missing = {};
};

// All except the labels, which have their own names.
const std::vector<RuleField>& rule_fields();

enum class CountedFrom { end, start };

// How long a rule keeps what it matches. Without `age` and `last`: forever.
struct Keep {
  // A row stays while it is younger.
  std::optional<std::chrono::milliseconds> age = {};
  // Executions: one stays while it is among this many of its flow that ended last and that the rule
  // matches.
  std::optional<std::int64_t> last = {};
  // The date from which `age` counts.
  CountedFrom from = CountedFrom::end;

  bool forever() const { return !age && !last; }
};

struct RetentionRule {
  RuleMatch match = {};
  Keep keep = {};
  // Its place: "/rules/0", "/otherwise", "/logs/1".
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

// The states whose executions a rule deletes: those that it names, by default the terminal ones.
// Executions that it matches in other states stay.
std::vector<std::string> removable_states(const RetentionRule& rule);

// The members that rules stand in: of a flow's parameters, and of the operator's file.
inline constexpr std::array<const char*, 4> kRulesMembers{"rules", "otherwise", "logs", "metrics"};

// Reads an object of these members. The one place where the form of rules is checked: manifests/
// retention.schema.json describes it, for hosts and people. The failure is invalid_parameter with
// the pointer of what is wrong: a value of another form, an unknown key, a rule without a match or
// hidden by an earlier one, a keep that says nothing or can't be meant.
Outcome<RetentionPolicy> read_retention(const document::Json& object);

}  // namespace winnow::tasks
