#include "database/reading.h"

namespace winnow::database {

Schema for_reading(Schema schema) {
  schema.deletion_refused = Problem{
      .what = "its catalog was read for a listing alone, without what a deletion has to know",
      .remedy = "report this as a fault of winnow's"};
  for (auto& [name, table] : schema.tables) {
    table.can_delete = false;
    table.can_lock = false;
    table.may_keep_rows = true;
    table.acts_on_deletions = true;
  }
  return schema;
}

}  // namespace winnow::database
