// The rows of a task, with everything decided: the table, its tenant and namespaces, and one
// condition per filter whose parameter has a value. Uses no SQL and no database.
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

// The column's value is one of `values` or matches one of `patterns`, compared exactly on every
// server. With `negated` it is none of them; then a row without a value matches too.
struct OneOf {
  std::string column;
  // The path of the same value in the row's document, for versions of Kestra without the column.
  // Empty: the column is needed.
  std::vector<std::string> document = {};
  std::vector<std::string> values = {};
  // For a text, not for an enumeration.
  std::vector<document::NamePattern> patterns = {};
  bool negated = false;
  // The value of rows without one: Kestra does not store NORMAL (kestra-io/kestra: kind). Empty:
  // none.
  std::string when_missing = {};
};

// The document has the label with one of the values; with `negated` with none of them, which
// includes rows without labels. Compared exactly.
struct HasLabel {
  std::string key;
  std::vector<std::string> values;
  bool negated = false;
  // The column with Kestra's labels.
  std::string column = "value";
};

// The namespace itself, and those below it unless `exact`.
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
  // The row's other date, for which the same bound holds too (Filter::implies). Empty: none.
  std::string implies = {};
};

// The column has a value, or has none.
struct Presence {
  std::string column;
  bool has_value = true;
};

using Condition = std::variant<Equals, AnyOf, OneOf, HasLabel, InNamespace, InstantBound, Presence>;

// Conditions that must all hold. Empty: always true.
using Conjunction = std::vector<Condition>;

const std::string& column_of(const Condition& condition);

// The condition, if it is an upper bound on this column; otherwise nullptr.
const InstantBound* looking_back(const Condition& condition, const std::string& column);
// The first such bound among them.
const InstantBound* looking_back(const Conjunction& conditions, const std::string& column);

struct Scope {
  std::string table;
  std::string tenant_column = {};          // empty: the table has no tenants
  std::string namespace_column = {};       // empty: `allow` and `protect` do not restrict the rows
  std::optional<std::string> tenant = {};  // nothing: the rows without a tenant
  // Includes rows marked deleted, if the table has them.
  bool with_deleted = false;
  Conjunction conditions = {};
  // Rows for which all conditions of one of these hold are excluded. A condition on a missing value
  // does not hold.
  std::vector<Conjunction> except = {};
  // The policy's namespaces: rows outside `allow` (if it is not empty) and rows within `protect`
  // are excluded.
  std::vector<std::string> allow = {};
  std::vector<std::string> protect = {};
};

// Decides the scope of a task, without a database. Fails, with the JSON Pointer of the parameter,
// for a malformed date (invalid_parameter) and for a tenant or namespace that the policy forbids
// (denied). `parameters` match the manifest's schema.
Outcome<Scope> read_scope(const Manifest& manifest, const Json& parameters, const Policy& policy);

// Notes for the caller about the scope, one sentence each: states that a date excludes because
// their rows don't have that date.
std::vector<std::string> notes_on(const Manifest& manifest, const Json& parameters,
                                  const Scope& scope);

// The parameter's value, or nullptr if it is missing or null.
const Json* given(const Json& parameters, std::string_view name);
// A string parameter; nothing if it is missing or null.
std::optional<std::string> given_string(const Json& parameters, std::string_view name);
// A date-time parameter; nothing if it is missing or null. A malformed one is invalid_parameter
// with its pointer.
Outcome<std::optional<document::Instant>> given_instant(const Json& parameters,
                                                        const std::string& name);

}  // namespace winnow::tasks
