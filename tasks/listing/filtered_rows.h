// The rows of a listing but for those that only other rows tell apart: the newest of each flow
// (ListingRequest::keep_last), and what is no root of a family (the parameter withChildren).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "database/connection.h"
#include "tasks/listing/rows.h"
#include "tasks/listing/with_children.h"
#include "tasks/selection/newest.h"

namespace winnow::tasks {

// Reads some rows, looks up what tells them apart, and hands over those that remain.
class FilteredRows {
 public:
  // Rows that are read at once if most of the previous ones were not listed.
  static constexpr std::int64_t kMostAtOnce = 2'000;

  // They must outlive it. Without `newest` no row is left out for its flow's sake, and without
  // `children` each stands for itself; without both every row is handed over as it comes.
  FilteredRows(database::Connection& connection, const ListingQuery& query, NewestOfFlows* newest,
               const Children* children)
      : connection_(connection), reader_(connection, query), newest_(newest), children_(children) {}

  // Like RowReader's.
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
  Outcome<bool> is_left_out(const Waiting& row);
  Outcome<void> add_roots(std::span<Waiting> rows);

  database::Connection& connection_;
  RowReader reader_;
  NewestOfFlows* newest_;
  const Children* children_;
  std::deque<Waiting> waiting_;
  bool ended_ = false;
};

}  // namespace winnow::tasks
