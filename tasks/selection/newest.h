// Finds the executions of each flow that stay because they ended last (the parameter keepLast).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "database/connection.h"
#include "tasks/selection/flow_of.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

// How many of each flow stay, and the date that decides which are the newest.
struct KeepLast {
  std::int64_t count = 0;
  std::string column;
  // The path of the same date in the row's document.
  std::vector<std::string> document;
  // Rows with a later date are not among them. Nothing: no such limit.
  std::optional<document::Instant> newest_until = {};
};

// The filter that compares the date of a row's end; nullptr: there is none.
const Filter* end_filter(const Manifest& manifest);

// The parameter keepLast, by the date of the manifest's bound; nothing where it is not given.
// Beside a bound on another date it is refused (invalid_parameter): the newest are those that ended
// last.
Outcome<std::optional<KeepLast>> read_keep_last(const Manifest& manifest, const Json& parameters,
                                                const Scope& scope);

// Looks up each flow once, when its first row comes up, and remembers which of its rows stay: those
// among the newest by their exact date, then by their key, that are old enough to come up. Rows
// marked deleted, which Kestra does not show, are never among them. A flow that grows during the
// run keeps more. Thread-safe.
class NewestOfFlows {
 public:
  // The schema and the dialect must outlive it. A schema failure if a column is missing. `scope`:
  // what the filters match, with or without a bound on the date.
  static Outcome<std::unique_ptr<NewestOfFlows>> make(const Scope& scope, const KeepLast& keep,
                                                      const database::Schema& schema,
                                                      const database::Dialect& dialect);

  // Whether the row with this key, of this flow and with this value of `deleted`, stays. Outside a
  // transaction.
  Outcome<bool> keeps(database::Connection& connection, std::optional<bool> deleted,
                      const FlowOf& flow, const std::string& key);

  // One of the newest of a flow.
  struct Newest {
    // From document::to_text; empty: it has no date.
    std::string date;
    std::string key;
  };
  // All of them, newest first.
  Outcome<std::vector<Newest>> of_flow(database::Connection& connection, const FlowOf& flow) const;

  // The first statement of a lookup, and the index that it needs.
  PlannedStatement planned() const;

 private:
  NewestOfFlows(Selection matched, const database::Dialect& dialect, std::int64_t count);
  database::Statement select(const FlowOf& flow, const std::optional<document::Instant>& since,
                             std::optional<std::int64_t> most) const;

  // The rows that the rule matches at any date.
  Selection matched_;
  const database::Dialect* dialect_;
  std::int64_t count_;
  const database::Column* order_ = nullptr;
  std::vector<std::string> document_;
  // Rows after it are not selected. Nothing: there is no bound.
  std::optional<document::Instant> until_;
  std::optional<bool> deleted_;

  std::mutex mutex_;
  // By namespace and flow: the keys that stay.
  std::map<std::pair<std::string, std::string>, std::set<std::string, std::less<>>> kept_;
};

}  // namespace winnow::tasks
