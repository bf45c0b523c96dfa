// The rows that travel through a purge: keys, never documents.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "database/statement.h"
#include "tasks/purge/skipped.h"
#include "tasks/selection/flow_of.h"

namespace winnow::tasks {

// An execution (or log, or metric).
struct BatchRow {
  std::string key;
  // Whether it has a value in the column that its step counts it by (PurgeStep::split).
  bool has_split_value = false;
  // One for all rows of a flow; only where PurgeSteps::needs_flow().
  std::shared_ptr<const FlowOf> of = {};
  // The key of its family's root (families.h). nullptr: it has no family but itself.
  std::shared_ptr<const std::string> root = {};
  // Where the row lies as long as it is locked (Dialect::row_address); empty: not known.
  std::string address = {};

  // Of a table that is spread over shards by another column than its key: that column's value;
  // nullptr for NULL.
  std::shared_ptr<const std::string> place = {};
  // Rows of one number, among those that were read together, lie on one shard (shards.h). Those of
  // two numbers go in two transactions.
  std::int32_t shard = 0;
  // How far it is below its family's root.
  std::int32_t level = 0;

  // Of a walk for several purges: whose it is (parts.h).
  std::int32_t part = 0;

  const std::string& family() const { return root ? *root : key; }
  bool is_root() const { return family() == key; }
};

struct Batch {
  // The value of `deleted` that all of its rows have; nothing where the table has no such column.
  std::optional<bool> deleted = {};
  // The rows of a family stand together, children before their parents.
  std::vector<BatchRow> rows = {};
  // Selected rows that were met on the way and stay for their family's sake: the first of them, and
  // how many.
  std::vector<SkippedRow> kept = {};
  std::int64_t kept_count = 0;
};

inline database::TextList keys_of(const std::vector<BatchRow>& rows) {
  database::TextList keys;
  keys.reserve(rows.size());
  for (const auto& row : rows) keys.push_back(row.key);
  return keys;
}

}  // namespace winnow::tasks
