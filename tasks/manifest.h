// What one task is: the content of a manifest (manifests/*.yaml), as the engines read it. plugin/
// parses and checks it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "document/yaml.h"

namespace winnow::tasks {

using document::Json;

enum class EngineKind { listing, purge, orphan_rows, orphan_folders, doctor };

// How a parameter narrows the rows.
enum class FilterOperator {
  equals,        // column = value
  any_of,        // column is one of the values; a null or missing parameter does not filter
  name_space,    // Kestra's rule: the namespace itself or `ns.` + anything; exact when `exact_with`
                 // is given too
  at_or_after,   // column >= instant
  at_or_before,  // column <= instant
  after,
  before,
  include_deleted,  // boolean: rows marked deleted count too
  present_if,       // boolean: rows that have a value in the column count only if it is true
  missing_if        // boolean: rows that have none count only if it is true
};

struct Filter {
  std::string column = {};
  FilterOperator operation = FilterOperator::equals;
  std::string exact_with = {};             // name_space: parameter that makes it exact (flowId)
  std::vector<std::string> document = {};  // instants: path of the same instant in `value`
  std::vector<std::string>
      when_absent;  // any_of: the values that hold when the parameter is not given (S6)
  std::string implies =
      {};  // instants: the other date's column, for which the same bound holds too
           // in every row that has both (but for skewed clocks)
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving what it holds throws nothing
struct ParameterSpec {
  std::string name = {};
  Json schema;  // its JSON Schema, with title, description and default
  bool required = false;
  std::optional<Filter>
      filter;  // nothing: the engine itself knows it (batchSize, dryRun, fetchType, ...)
};

// A listing's column as the caller names it.
struct OutputColumn {
  std::string name = {};    // "startDate"
  std::string column = {};  // "start_date"
  std::vector<std::string>
      document;            // path of the exact value in `value`, where the column is not exact
  bool by_default = true;  // part of a row when `columns` is not given
};

// How a dependent's rows are found from its execution's.
struct Match {
  enum class Kind {
    column,        // `column` holds the execution's id
    composed_key,  // `column` holds tenant, namespace, flow and id joined by `_`, missing parts
                   // left out (execution_queued)
    document       // `document` in `value` holds the id; the table is small and is scanned
                   // (executordelayed)
  };
  Kind kind = Kind::column;
  std::string column = {};
  std::vector<std::string> document = {};
  std::string only_column = {};  // further condition: `only_column` is one of `only_values`
  std::vector<std::string> only_values = {};
};

// One step of a purge: what goes, in the order of the manifest; the last table is the parent.
struct PurgeStep {
  enum class Kind { rows, files, parent };
  Kind kind = Kind::rows;
  std::string table = {};
  Match match = {};
  // A boolean parameter that turns the step off; empty: goes when the parent goes.
  std::string switch_parameter = {};
  std::string counter = {};  // name in the result: "logsCount"; steps that share one are added up
  std::string written =
      {};  // orphan_rows: column of the instant at which a row was written; or empty
  std::vector<std::string> written_document = {};  // path of the same instant in `value`
  bool optional = false;  // left out where the probed schema has no such table, column or index
};

// A version of Kestra's schema as the doctor tells it: by what is there, "task_outputs" (a table) or
// "logs.deleted" (a column), never by a number that somebody wrote down.
struct KnownSchema {
  std::string version;
  std::vector<std::string> has = {};
  std::vector<std::string> lacks = {};
};

// A table that the doctor looks at, where it is there.
struct ExaminedTable {
  std::string name;
  // The columns of each index that tasks need, leading first; `deleted` goes before them where the
  // table has it.
  std::vector<std::vector<std::string>> indexes = {};
  // Its rows belong to those of another table, by that one's key; empty: to none.
  std::string parent = {};
  std::string parent_column = {};
  std::string remedy = {};  // what removes rows whose parent is gone
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving what it holds throws nothing
struct Manifest {
  std::string name = {};                  // "PurgeExecutions"
  std::string source = {};                // file it came from, or "built-in"
  std::vector<std::string> aliases = {};  // Kestra's type names
  std::string title = {};
  std::string description = {};
  EngineKind engine = EngineKind::listing;
  // Rows or files go: `policy.protect` holds, and rows marked deleted count.
  bool removes = false;
  std::string table = {};
  std::string tenant_column = {};     // empty: the table has no tenants
  std::string namespace_column = {};  // where the policy's namespaces apply; empty: none
  std::vector<ParameterSpec> parameters;
  std::vector<OutputColumn> columns;  // listing
  std::vector<std::string>
      orders;  // listing: columns (output names) it may be ordered by; the first is the default
  bool descending = false;                       // listing: default direction
  std::string order = {};                        // purge: column whose index it walks (end_date)
  std::vector<std::string> order_document = {};  // purge: path of the same instant in `value`
  std::vector<PurgeStep> steps;                  // purge
  std::vector<KnownSchema> schemas;              // doctor: the first that fits counts
  std::vector<ExaminedTable> tables;             // doctor
  Json schema;                                   // JSON Schema of all its parameters (an object)
  Json outputs;                                  // JSON Schema of its result
};

// Every table that a task of this manifest may touch, to be probed together.
inline std::vector<std::string> tables_of(const Manifest& manifest) {
  std::vector<std::string> tables{manifest.table};
  for (const auto& step : manifest.steps) {
    if (step.kind == PurgeStep::Kind::rows) tables.push_back(step.table);
  }
  return tables;
}

}  // namespace winnow::tasks
