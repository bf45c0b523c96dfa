// The SQL of a listing: one page after a position, and the count of all rows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "database/dialect.h"
#include "database/schema.h"
#include "database/statement.h"
#include "tasks/listing/request.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/selection.h"

namespace winnow::tasks {

// Rows without a value in the order's column come last in both directions, by statements of their
// own: no index serves both kinds of row in one go.
enum class Region { with_value, without_value };

// Who makes the text of an instant that a document holds: the client, out of the document's own
// text where that is in UTC, or the server, which knows every spelling.
enum class Dates { as_written, by_server };

// What a page's statement is to give.
struct PageRequest {
  Region region = Region::with_value;
  // The row that it comes after; nothing: it is the first.
  std::optional<Position> after = {};
  // Rows, at most.
  std::int64_t limit = 0;
  // Rows of each branch, at most; without them as many as `limit`. Where a branch has given all of
  // these, the rows behind its last one are not the next in order: others of it may come before.
  std::vector<std::int64_t> branch_limits = {};
  Dates dates = Dates::as_written;
  // All rows after the position, whatever the limits, in one statement, for which the server reads
  // its table as it lies and sorts.
  bool all = false;

  std::int64_t limit_of(std::size_t branch) const {
    return branch < branch_limits.size() ? std::min(limit, branch_limits[branch]) : limit;
  }
};

// One member of a listed row.
struct Field {
  std::string name;
  const database::Column* column = nullptr;
  std::vector<std::string> document;
  // Whether Dates::as_written gives it as the document has it.
  bool as_written = false;

  // The type of the value: one inside of a document comes as a string.
  database::ColumnType type() const;
};

// A filter's column of a count, and the index that has it and all that every statement names.
struct CountedColumn {
  std::string alias;
  // Empty: all of them.
  std::string column;
  const database::Index* index = nullptr;
};

// The schema and the dialect must outlive a query.
class ListingQuery {
 public:
  // What the listed table is called in its statements.
  static constexpr std::string_view kRow = "t";

  // A schema failure that names what is missing: the right to read, a column, a key (row_key.h).
  static Outcome<ListingQuery> make(const ListingRequest& request, const database::Schema& schema,
                                    const database::Dialect& dialect);

  // Selection::find_namespaces().
  Outcome<void> find_namespaces(database::Connection& connection) {
    return selection_.find_namespaces(connection);
  }

  // The rows of the region that come after the position, in order. A result's columns are the row's
  // key and its value in the order's column (both as Dialect::as_cursor writes them), the branch
  // that it comes from, then the fields (as text).
  database::Statement page(const PageRequest& request) const;
  // Whether most of a table's rows are read quicker in one statement than by one page after
  // another.
  bool reads_all_quicker() const;
  // How many branches a page has: one per value of `deleted` that counts.
  std::size_t branches() const { return selection_.deleted_branches().size(); }
  // One row, one column: the number of all rows, whatever the position.
  database::Statement count() const;

  // What has to serve them.
  IndexNeed page_need() const;
  IndexNeed count_need() const;

  // With keepLast a page has, after the fields, namespace and flow of each row.
  bool has_flow() const { return !flow_.empty(); }

  const Selection& selection() const { return selection_; }
  const std::vector<Field>& fields() const { return fields_; }
  // False when the key alone orders.
  bool has_order() const { return order_ != nullptr; }
  // Whether there can be rows without a value in the order's column.
  bool has_rows_without_value() const {
    return order_ != nullptr && order_->nullable && !selection_.leaves_out_missing(*order_);
  }

 private:
  ListingQuery(Selection selection, const database::Dialect& dialect)
      : selection_(std::move(selection)), dialect_(&dialect) {}
  void write_all(database::SqlWriter& writer, const PageRequest& request) const;
  void write_rows(database::SqlWriter& writer) const;
  bool has_row_address() const;
  bool reads_rows() const;
  std::vector<const database::Column*> columns_of_fields() const;
  void write_branches(database::SqlWriter& writer, const PageRequest& request) const;
  void write_branch(database::SqlWriter& writer, const PageRequest& request,
                    std::size_t branch) const;
  void write_place(database::SqlWriter& writer, const PageRequest& request) const;
  void write_region(database::SqlWriter& writer, Region region) const;
  void write_after(database::SqlWriter& writer, Region region, const Position& after) const;
  void write_order(database::SqlWriter& writer, std::string_view alias, Region region) const;
  void write_page_columns(database::SqlWriter& writer, std::string_view alias) const;
  std::string ordering(std::string_view alias) const;
  std::string order_value() const;
  database::Column page_order() const;
  bool is_covered() const;
  database::Statement count_in_one_pass() const;
  const database::Index* covering_index(const std::string& column) const;
  std::vector<CountedColumn> counted_columns() const;
  void write_count(database::SqlWriter& writer, const std::vector<CountedColumn>& counted,
                   std::optional<bool> deleted, Certainty part) const;
  std::string field_expression(const Field& field, Dates dates) const;
  std::string quoted(std::string_view alias, const database::Column& column) const;

  Selection selection_;
  const database::Dialect* dialect_;
  const database::Column* key_ = nullptr;
  // nullptr: the key alone orders.
  const database::Column* order_ = nullptr;
  bool descending_ = false;
  std::vector<Field> fields_;
  std::vector<const database::Column*> flow_;
};

}  // namespace winnow::tasks
