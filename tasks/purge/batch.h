// The rows of a purge: keys, never documents.
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
  // Whether it has a value in its step's split column (PurgeStep::split).
  bool has_split_value = false;
  // Shared by all rows of a flow; only if PurgeSteps::needs_flow().
  std::shared_ptr<const FlowOf> of = {};
  // The key of its family's root (families.h). nullptr: it is handled by itself.
  std::shared_ptr<const std::string> root = {};
  // The row's address while it is locked (Dialect::row_address); empty: unknown.
  std::string address = {};

  // For a table that is sharded by another column than its key: that column's value; nullptr for
  // NULL.
  std::shared_ptr<const std::string> place = {};
  // Rows with the same number, among those that were read together, are on one shard (shards.h).
  // Rows with different numbers are deleted in different transactions.
  std::int32_t shard = 0;
  // Its depth below its family's root.
  std::int32_t level = 0;

  // In a walk for several purges: the part that it belongs to (parts.h).
  std::int32_t part = 0;

  const std::string& family() const { return root ? *root : key; }
  bool is_root() const { return family() == key; }
};

struct Batch {
  // The value of `deleted` of all of its rows; nothing if the table has no such column.
  std::optional<bool> deleted = {};
  // The rows of a family are adjacent, children before their parents.
  std::vector<BatchRow> rows = {};
  // Selected rows that were found meanwhile and stay because their family does: the first of them,
  // and how many.
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
