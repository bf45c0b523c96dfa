// Which rows a task means: turns a manifest's filters, the parameters' values and the operator's
// policy into conditions. The one place where a WHERE clause of a task comes from; listing, purge,
// plan and dry run share it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "database/dialect.h"
#include "database/schema.h"
#include "tasks/manifest.h"
#include "tasks/task.h"

namespace winnow::tasks {

// What can be refused without a database: dates that are none (invalid_parameter), a tenant or a
// namespace that the policy keeps from this task (denied). Each failure points at its parameter.
Outcome<void> check_selection(const Manifest& manifest, const Json& parameters,
                              const Policy& policy);

// The tenant that a task works in: parameter `tenant` if the policy has it, else the policy's
// first. Denied otherwise.
Outcome<std::optional<std::string>> chosen_tenant(const Json& parameters, const Policy& policy);

// Whether the policy lets a task remove what belongs to this namespace.
bool may_remove(const Policy& policy, std::string_view name_space);

// The manifest, the parameters, the policy and the schema must outlive a Selection.
class Selection {
 public:
  // Finds every column that the filters name in the probed table; one that is missing is a schema
  // failure that names it.
  static Outcome<Selection> make(const Manifest& manifest, const Json& parameters,
                                 const Policy& policy, const database::Schema& schema);

  // The values of `deleted` that count, each to be a branch or a statement of its own (PR 12181,
  // measurements.md): {false}, {false, true}, or one nullopt where the probed table has no such
  // column.
  const std::vector<std::optional<bool>>& deleted_branches() const { return deleted_branches_; }

  // Writes the conditions, joined by AND and without WHERE, for one value of `deleted`. Columns are
  // written with `alias.` before them. Never empty.
  void write(database::SqlWriter& writer, std::string_view alias,
             std::optional<bool> deleted) const;

  const database::Table& table() const { return *table_; }

 private:
  Selection() = default;
  void write_filter(database::SqlWriter& writer, std::string_view alias,
                    const ParameterSpec& parameter) const;
  void write_policy(database::SqlWriter& writer, std::string_view alias) const;

  const Manifest* manifest_ = nullptr;
  const Json* parameters_ = nullptr;
  const Policy* policy_ = nullptr;
  const database::Table* table_ = nullptr;
  std::optional<std::string> tenant_;
  std::vector<std::optional<bool>> deleted_branches_;
};

}  // namespace winnow::tasks
