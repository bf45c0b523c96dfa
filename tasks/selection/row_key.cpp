#include "tasks/selection/row_key.h"

#include <algorithm>

namespace winnow::tasks {

const database::Column* row_key(const database::Table& table) {
  if (table.primary_key.size() == 1) return table.column(table.primary_key.front());
  for (const auto* name : {"key", "offset"}) {
    const bool leads = std::any_of(
        table.indexes.begin(), table.indexes.end(), [name](const database::Index& index) {
          return !index.partial && !index.columns.empty() && index.columns.front() == name;
        });
    if (leads) return table.column(name);
  }
  return nullptr;
}

}  // namespace winnow::tasks
