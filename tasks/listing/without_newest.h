// The rows of a listing without the newest of each flow (ListingRequest::keep_last).
#pragma once

#include <cstdint>
#include <deque>
#include <string>

#include "database/connection.h"
#include "tasks/listing/rows.h"
#include "tasks/selection/newest.h"

namespace winnow::tasks {

// Reads some rows, looks up the flows that are new among them, and hands over those that remain.
// Without `newest` it hands every row over as it comes.
class RowsWithoutNewest {
 public:
  // Rows that are read at once, where most of those before are not listed.
  static constexpr std::int64_t kMostAtOnce = 2'000;

  // They must outlive it.
  RowsWithoutNewest(database::Connection& connection, const ListingQuery& query,
                    NewestOfFlows* newest)
      : connection_(connection), reader_(connection, query), newest_(newest) {}

  // As RowReader's.
  Outcome<void> start_after(Position position) { return reader_.start_after(std::move(position)); }
  Outcome<std::int64_t> read(std::int64_t limit, const RowReader::Handler& handler);

 private:
  struct Waiting {
    std::string text;
    Position position;
    std::optional<bool> deleted;
    FlowOf flow;
  };
  Outcome<void> read_more(std::int64_t rows);

  database::Connection& connection_;
  RowReader reader_;
  NewestOfFlows* newest_;
  std::deque<Waiting> waiting_;
  bool ended_ = false;
};

}  // namespace winnow::tasks
