// The description of one task: the content of a manifest (manifests/*.yaml) for the engines.
// plugin/ parses and checks it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "document/yaml.h"

namespace winnow::tasks {

using document::Json;

enum class EngineKind {
  listing,
  purge,
  retention,
  explanation,
  verification,
  orphan_rows,
  orphan_folders,
  doctor
};

// How a parameter restricts the rows.
enum class FilterOperator {
  equals,        // column = value
  any_of,        // column is one of the values; a null or missing parameter does not filter
  one_of,        // like any_of, or none of them with {not: ...}; compared exactly
  names,         // like one_of, with wildcards (document/name_pattern.h); a single name is equals
  labels,        // the document has each of these labels with one of its values
  name_space,    // Kestra's rule: the namespace itself or `ns.` + anything; exact when `exact_with`
                 // is given too
  at_or_after,   // column >= instant
  at_or_before,  // column <= instant
  after,
  before,
  include_deleted,  // boolean: rows marked deleted are included
  present_if,       // boolean: rows that have a value in the column are included only if it is true
  missing_if        // boolean: rows without a value are included only if it is true
};

// The other column that a filter compares if another parameter has this value.
struct OtherColumn {
  std::string parameter;
  std::string value;
  std::string column;
  std::vector<std::string> document = {};
};

// Rows that have no value in a filter's column: those with one of these values in another column.
struct MissingIn {
  std::string column;
  std::vector<std::string> values;
};

struct Filter {
  std::string column = {};
  FilterOperator operation = FilterOperator::equals;
  // name_space: the parameter that makes it exact (flowId).
  std::string exact_with = {};
  // Instants: the path of the same instant in `value`. one_of, names: the path of the same value,
  // which is used if the table has no such column.
  std::vector<std::string> document = {};
  // one_of, names: the value of a row without one; or empty.
  std::string when_missing = {};
  // one_of: the only values; empty: any.
  std::vector<std::string> known_values = {};
  // any_of: the values that apply if the parameter is not given.
  std::vector<std::string> when_absent = {};
  // Instants: the other date's column, for which the same bound holds too in every row that has
  // both (except for clock skew).
  std::string implies = {};
  // Instants.
  std::optional<OtherColumn> instead = {};
  std::optional<MissingIn> missing_in = {};
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving its members throws nothing
struct ParameterSpec {
  std::string name = {};
  // Its JSON Schema, with title, description and default.
  Json schema;
  bool required = false;
  // Nothing: the engine itself reads it (batchSize, dryRun, fetchType, ...).
  std::optional<Filter> filter;
};

// A listing's column as the caller names it.
struct OutputColumn {
  // "startDate"
  std::string name = {};
  // "start_date"
  std::string column = {};
  // Path of the exact value in `value`, if the column is not exact.
  std::vector<std::string> document;
  // Part of a row if `columns` is not given.
  bool by_default = true;
};

// How to find the dependent rows of an execution.
struct Match {
  enum class Kind {
    // `column` holds the execution's id.
    column,
    // `column` holds tenant, namespace, flow and id joined by `_`, without missing parts
    // (execution_queued).
    composed_key,
    // `document` in `value` holds the id; the table is small and is scanned (executordelayed).
    document
  };
  Kind kind = Kind::column;
  std::string column = {};
  std::vector<std::string> document = {};
  // A further condition: `only_column` is one of `only_values`.
  std::string only_column = {};
  std::vector<std::string> only_values = {};
};

// Counts a step's rows by whether they have a value in a column.
struct Split {
  // Empty: they are counted together.
  std::string column = {};
  std::string present = {};
  std::string missing = {};
};

// One step of a purge: what it deletes, in the order of the manifest; the last table is the parent.
struct PurgeStep {
  enum class Kind { rows, files, parent };
  Kind kind = Kind::rows;
  std::string table = {};
  Match match = {};
  // A boolean parameter that turns the step off; empty: it runs if the parent is deleted.
  std::string switch_parameter = {};
  // Name in the result: "logsCount"; steps with the same name are added up.
  std::string counter = {};
  // Only for the parent.
  Split split = {};
  // orphan_rows: the column of the instant when a row was written; or empty.
  std::string written = {};
  // Path of the same instant in `value`.
  std::vector<std::string> written_document = {};
  // Skipped if the probed schema has no such table, column or index.
  bool optional = false;
  // Kestra never changes a row, which stays on its page of the table.
  bool written_once = false;
};

// How the doctor recognizes a version of Kestra's schema: by the existence of "task_outputs" (a
// table) or "logs.deleted" (a column), never by a recorded version number.
struct KnownSchema {
  std::string version;
  std::vector<std::string> has = {};
  std::vector<std::string> lacks = {};
};

// A table that the doctor examines, if it exists.
struct ExaminedTable {
  std::string name;
  // The columns of each index that tasks need, leading first; `deleted` precedes them if the table
  // has it.
  std::vector<std::vector<std::string>> indexes = {};
  // The table that its rows belong to, by that table's key; empty: none.
  std::string parent = {};
  Match match = {};
  // Rows without a value in this column are ignored; or empty.
  std::string written = {};
  // How to delete rows whose parent is missing.
  std::string remedy = {};
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving its members throws nothing
struct Manifest {
  // "PurgeExecutions"
  std::string name = {};
  // Its file, or "built-in".
  std::string source = {};
  // Kestra's type names.
  std::vector<std::string> aliases = {};
  std::string title = {};
  std::string description = {};
  EngineKind engine = EngineKind::listing;
  // It deletes rows or files: `policy.protect` applies, and rows marked deleted are included.
  bool removes = false;
  std::string table = {};
  // Empty: the table has no tenants.
  std::string tenant_column = {};
  // The column to which the policy's namespaces apply; empty: none.
  std::string namespace_column = {};
  std::vector<ParameterSpec> parameters;
  // The JSON Schema of all its parameters (an object), and of its result.
  Json schema;
  Json outputs;

  // For a listing: its columns, the columns of its possible orders (output names; the first is the
  // default), and its default direction.
  std::vector<OutputColumn> columns;
  std::vector<std::string> orders;
  bool descending = false;

  // For a purge and for a sweep of rows.
  std::vector<PurgeStep> steps;

  // For a retention policy: the purges that its rules use, of executions, logs and metrics.
  std::vector<std::string> purge_names;
  std::vector<std::shared_ptr<const Manifest>> purges;

  // For the doctor; the first schema that matches counts.
  std::vector<KnownSchema> schemas;
  std::vector<ExaminedTable> tables;
};

// Every table that a task of this manifest may touch, for one probe.
inline std::vector<std::string> tables_of(const Manifest& manifest) {
  std::vector<std::string> tables{manifest.table};
  for (const auto& step : manifest.steps) {
    if (step.kind == PurgeStep::Kind::rows) tables.push_back(step.table);
  }
  return tables;
}

}  // namespace winnow::tasks
