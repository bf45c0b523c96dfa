// Which rows a task means, with everything decided: the table, its tenant and namespaces, and one
// condition per filter whose parameter has a value. Knows no SQL and no database.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "database/dialect.h"
#include "document/instant.h"
#include "document/name_pattern.h"
#include "tasks/manifest.h"
#include "tasks/selection/policy.h"

namespace winnow::tasks {

// A column is named as the table has it; `document` is the path of the same value in the row's
// `value` document.

struct Equals {
  std::string column;
  std::string value;
};

struct AnyOf {
  std::string column;
  std::vector<std::string> values;
};

// The column's value is one of `values` or fits one of `patterns`, letter by letter on every
// server. With `negated` it is none of them: a row without a value counts then, because it is none
// of them.
struct OneOf {
  std::string column;
  // The path of the same value in the row's document, for versions of Kestra without the column.
  // Empty: the column is needed.
  std::vector<std::string> document = {};
  std::vector<std::string> values = {};
  // Of a text, not of an enumeration.
  std::vector<document::NamePattern> patterns = {};
  bool negated = false;
  // Rows without a value count as having this one: Kestra leaves NORMAL out (kestra-io/kestra:
  // kind). Empty: they have none.
  std::string when_missing = {};
};

// The document has the label with one of the values; with `negated` it has it with none of them, as
// a row without labels has. Letter by letter.
struct HasLabel {
  std::string key;
  std::vector<std::string> values;
  bool negated = false;
  // Where Kestra keeps its labels.
  std::string column = "value";
};

// The namespace itself, and what lies below it unless `exact`.
struct InNamespace {
  std::string column;
  std::string name_space;
  bool exact = false;
};

// The instant in the column is on this side of the bound.
struct InstantBound {
  std::string column;
  std::vector<std::string> document;
  database::Comparison comparison = database::Comparison::at_or_before;
  document::Instant instant = {};
  // The row's other date, for which the same bound holds too (Filter::implies). Empty: there is
  // none.
  std::string implies = {};
};

// The column has a value, or has none.
struct Presence {
  std::string column;
  bool has_value = true;
};

using Condition = std::variant<Equals, AnyOf, OneOf, HasLabel, InNamespace, InstantBound, Presence>;

// Conditions that hold together. Without any: always.
using Conjunction = std::vector<Condition>;

const std::string& column_of(const Condition& condition);

// The condition, where it is a bound of this column that rows are at or before; else nullptr.
const InstantBound* looking_back(const Condition& condition, const std::string& column);
// The first such bound among them.
const InstantBound* looking_back(const Conjunction& conditions, const std::string& column);

struct Scope {
  std::string table;
  std::string tenant_column = {};          // empty: the table has no tenants
  std::string namespace_column = {};       // empty: `allow` and `protect` do not narrow the rows
  std::optional<std::string> tenant = {};  // nothing: the rows without a tenant
  // Rows marked deleted count too, where the table has such.
  bool with_deleted = false;
  Conjunction conditions = {};
  // Rows for which all conditions of one of these hold are left out. A condition that a row has no
  // value for does not hold.
  std::vector<Conjunction> except = {};
  // The policy's namespaces: rows outside of `allow` (where it is not empty) and rows within
  // `protect` are left alone.
  std::vector<std::string> allow = {};
  std::vector<std::string> protect = {};
};

// Decides the scope of a task, without a database. Refused, each with the JSON Pointer of its
// parameter: a date that can't be read (invalid_parameter), a tenant or namespace that the policy
// keeps from the task (denied). `parameters` fit the manifest's schema.
Outcome<Scope> read_scope(const Manifest& manifest, const Json& parameters, const Policy& policy);

// What the caller should know about the scope that was decided, each a sentence: states that a date
// leaves out, because their rows have none.
std::vector<std::string> notes_on(const Manifest& manifest, const Json& parameters,
                                  const Scope& scope);

// The parameter's value, or nullptr where it is missing or null.
const Json* given(const Json& parameters, std::string_view name);
// A parameter that is a string; nothing where it is missing or null.
std::optional<std::string> given_string(const Json& parameters, std::string_view name);
// A parameter that is a date-time; nothing where it is missing or null. A malformed one is
// invalid_parameter with its pointer.
Outcome<std::optional<document::Instant>> given_instant(const Json& parameters,
                                                        const std::string& name);

}  // namespace winnow::tasks
