// Reads a listing page by page and turns each row into one JSON object.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "database/connection.h"
#include "tasks/listing/query.h"
#include "tasks/selection/flow_of.h"

namespace winnow::tasks {

// Appends a value as the server wrote it: numbers, booleans and documents unchanged, everything
// else as a JSON string.
void append_json(std::string& out, database::ColumnType type, std::optional<std::string_view> text);

struct ListedRow {
  // A JSON object on one line, without the end of line.
  std::string_view text;
  // Its position in the order.
  const Position& position;
  // Its value of `deleted`; nothing if the table has no such column.
  std::optional<bool> deleted = {};
  // Namespace and flow, if ListingQuery::has_flow().
  FlowOf flow = {};
};

// A walk through all rows of a listing, from a position on. Each page is a separate statement (two
// where the rows without a value begin), so that nothing stays open on the server between pages;
// read_all() sends one statement for all of them.
class RowReader {
 public:
  // Takes one row. Returns whether to go on.
  using Handler = std::function<Outcome<bool>(const ListedRow& row)>;

  RowReader(database::Connection& connection, const ListingQuery& query);

  // PageRequest::branch_limits of a first statement for this many rows.
  static std::vector<std::int64_t> first_limits(const ListingQuery& query, std::int64_t limit);

  // Starts after a row instead of at the beginning.
  Outcome<void> start_after(Position position);
  // Passes at most `limit` further rows to the handler and returns their number; fewer only at the
  // end of the listing, or if the handler stopped.
  Outcome<std::int64_t> read(std::int64_t limit, const Handler& handler);
  // Passes all further rows to the handler, as the server sorts them. After a failure read() goes
  // on after the last one.
  Outcome<void> read_all(const Handler& handler);

 private:
  Outcome<std::int64_t> read_region(std::int64_t limit, const Handler& handler);
  Outcome<std::int64_t> read_page(std::int64_t limit, const Handler& handler);
  void expect_as(const PageRequest& request, const std::vector<std::int64_t>& given);
  ListedRow listed(const database::Row& row, std::size_t branch) const;
  bool write_row(const database::Row& row);
  bool write_field(const Field& field, std::optional<std::string_view> text);

  database::Connection& connection_;
  const ListingQuery& query_;
  // `{"id":`, `,"startDate":`: the text before each value.
  std::vector<std::string> names_;
  Region region_ = Region::with_value;
  std::optional<Position> position_;
  bool stopped_ = false;
  // Whether a statement returned fewer rows than possible: because of a branch's limit or a date.
  bool cut_ = false;
  std::vector<std::int64_t> branch_limits_;
  bool reads_all_ = false;
  // Until a document has a date in another format than Kestra's.
  Dates dates_ = Dates::as_written;
  // Kept for its capacity.
  std::string row_;
};

}  // namespace winnow::tasks
