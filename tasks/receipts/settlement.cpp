#include "tasks/receipts/settlement.h"

#include "outcome/try.h"
#include "tasks/receipts/file_lines.h"
#include "tasks/receipts/key_lookup.h"

namespace winnow::tasks {
namespace {

struct Settled {
  BatchEnd end = BatchEnd::in_doubt;
  // What told: "transaction", "keys", "firstAndLast", or why nothing could.
  std::string by = {};
};

Outcome<OpenReceipts> last_run_of(const ReceiptFile& file) {
  OpenReceipts open;
  WINNOW_TRY(const auto from, file.last_run());
  if (!from) return open;
  FileLines lines(file.descriptor(), file.path(), *from);
  for (std::int64_t number = 1;; ++number) {
    WINNOW_TRY(const auto line, lines.next());
    if (!line) return open;
    const auto record = Json::parse(line->text, nullptr, false);
    // What is wrong with a record is for `winnow verify` to say; here it only settles nothing.
    if (record.is_object()) static_cast<void>(open.read(record, number));
  }
}

Outcome<Settled> by_transaction(const BatchReceipt& batch, ReconnectingConnection& connection) {
  WINNOW_TRY(const auto known, connection.read([&](database::Connection& asked) {
    return asked.was_committed(batch.transaction);
  }));
  if (!known) return Settled{};
  return Settled{*known ? BatchEnd::committed : BatchEnd::rolled_back, "transaction"};
}

Outcome<Settled> by_keys(const BatchReceipt& batch, ReconnectingConnection& connection,
                         KeyLookup& lookup) {
  const bool full = !batch.keys.empty();
  auto keys = batch.keys;
  if (!full) keys = {batch.first};
  if (!full && batch.last != batch.first) keys.push_back(batch.last);
  WINNOW_TRY(const auto there, connection.read([&](database::Connection& asked) {
    return lookup.count(asked, batch.table, keys);
  }));
  if (there == 0) return Settled{BatchEnd::committed, full ? "keys" : "firstAndLast"};
  if (there == std::ssize(keys)) {
    return Settled{BatchEnd::rolled_back, full ? "keys" : "firstAndLast"};
  }
  return Settled{BatchEnd::in_doubt,
                 std::to_string(there) + " of " + std::to_string(keys.size()) + " keys are there"};
}

Outcome<Settled> settled(const BatchReceipt& batch, ReconnectingConnection& connection,
                         KeyLookup& lookup) {
  if (!batch.transaction.empty()) {
    WINNOW_TRY(auto known, by_transaction(batch, connection));
    if (known.end != BatchEnd::in_doubt) return known;
  }
  if (batch.table.empty()) return Settled{BatchEnd::in_doubt, "folders have no transaction"};
  if (batch.dependents_only) return Settled{BatchEnd::in_doubt, "no key of its rows is known"};
  if (batch.rows == 0) return Settled{BatchEnd::in_doubt, "it has no key"};
  return by_keys(batch, connection, lookup);
}

}  // namespace

Outcome<void> settle(Receipts& receipts, ReconnectingConnection& connection, const Place& place,
                     Host& host) {
  WINNOW_TRY(const auto last_run, last_run_of(*receipts.file()));
  KeyLookup lookup;
  const bool same = place_in(last_run.begin()) == place;
  for (const auto& batch : last_run.open()) {
    Settled found{BatchEnd::in_doubt, "the run worked on another database"};
    if (same) {
      WINNOW_TRY(found, settled(batch, connection, lookup));
    }
    const auto name =
        "batch " + std::to_string(batch.sequence) + " of the earlier run " + batch.run;
    if (found.end == BatchEnd::in_doubt) {
      host.log(LogLevel::warn, "receipts: whether " + name + " was committed can't be learned: " +
                                   found.by + "; its receipt stays in doubt");
    } else {
      host.log(LogLevel::info,
               "receipts: " + name +
                   (found.end == BatchEnd::committed ? " was committed" : " was not committed"));
    }
    WINNOW_CHECK(receipts.settled(batch, found.end, found.by));
  }
  return {};
}

}  // namespace winnow::tasks
