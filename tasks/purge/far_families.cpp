#include "tasks/purge/far_families.h"

#include <iterator>
#include <set>
#include <string>

#include "database/texts.h"
#include "outcome/try.h"
#include "tasks/purge/family_batches.h"
#include "tasks/purge/shards.h"
#include "tasks/selection/chunks.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::TextList;
using Keys = std::set<std::string, std::less<>>;

// Locked for no longer than each statement takes: a row that is held now would part its family.
Outcome<Keys> free_rows(const Families& families, Connection& connection, const TextList& keys) {
  Keys free;
  WINNOW_CHECK(in_chunks(keys, Families::kKeysAtOnce, [&](const TextList& some) -> Outcome<void> {
    WINNOW_TRY(auto found, database::texts_of(connection, families.statements().lock(some)));
    free.insert(std::move_iterator(found.begin()), std::move_iterator(found.end()));
    return {};
  }));
  return free;
}

}  // namespace

Outcome<void> FarFamilies::open() {
  if (connection_) return {};
  WINNOW_TRY(connection_, ReconnectingConnection::open(context_));
  return {};
}

Outcome<std::vector<BatchRow>> FarFamilies::in_order(std::vector<BatchRow> rows) {
  WINNOW_CHECK(open());
  return connection_->read([&](Connection& connection) -> Outcome<std::vector<BatchRow>> {
    WINNOW_TRY(const auto free, free_rows(families_, connection, keys_of(rows)));
    auto whole = whole_families(rows, free);
    WINNOW_CHECK(order_by_level(connection, table_, whole));
    return whole;
  });
}

Outcome<std::vector<BatchRow>> FarFamilies::closed(const std::vector<BatchRow>& rows) {
  WINNOW_CHECK(open());
  return connection_->read(
      [&](Connection& connection) { return closed_families(families_, connection, rows); });
}

}  // namespace winnow::tasks
