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

// Rows without a value in the order's column come last in both directions, with separate
// statements: no index serves both kinds of row at once.
enum class Region { with_value, without_value };

// Who formats an instant in a document: the client, from the document's own text if that is in UTC,
// or the server, which reads every format.
enum class Dates { as_written, by_server };

// The parameters of a page's statement.
struct PageRequest {
  Region region = Region::with_value;
  // The row after which the page begins; nothing: it is the first page.
  std::optional<Position> after = {};
  // Rows, at most.
  std::int64_t limit = 0;
  // The limit of each branch; without it `limit`. If a branch has returned all of these, rows after
  // its last one are not next in order: other rows of this branch may come before.
  std::vector<std::int64_t> branch_limits = {};
  Dates dates = Dates::as_written;
  // All rows after the position, whatever the limits, in one statement, for which the server scans
  // the table and sorts.
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
  // Whether Dates::as_written returns it as the document has it.
  bool as_written = false;

  // The type of the value: a value inside a document is a string.
  database::ColumnType type() const;
};

// A filter's column in a count, and the index that has it and the columns of every statement.
struct CountedColumn {
  std::string alias;
  // Empty: all of them.
  std::string column;
  const database::Index* index = nullptr;
};

// The schema and the dialect must outlive a query.
class ListingQuery {
 public:
  // The alias of the listed table in its statements.
  static constexpr std::string_view kRow = "t";

  // A schema failure that names what is missing: the right to read, a column, a key (row_key.h).
  static Outcome<ListingQuery> make(const ListingRequest& request, const database::Schema& schema,
                                    const database::Dialect& dialect);

  // Selection::find_namespaces().
  Outcome<void> find_namespaces(database::Connection& connection) {
    return selection_.find_namespaces(connection);
  }

  // The rows of the region after the position, in order. The result's columns are the row's key and
  // its value in the order's column (both from Dialect::as_cursor), its branch, then the fields (as
  // text).
  database::Statement page(const PageRequest& request) const;
  // Whether one statement reads most of a table's rows faster than page after page.
  bool reads_all_quicker() const;
  // The number of branches of a page: one per selected value of `deleted`.
  std::size_t branches() const { return selection_.deleted_branches().size(); }
  // One row with one column: the number of all rows, whatever the position.
  database::Statement count() const;

  // The index that pages need.
  IndexNeed page_need() const;
  IndexNeed count_need() const;

  // With keepLast a page has, after the fields, namespace and flow of each row.
  bool has_flow() const { return !flow_.empty(); }

  const Selection& selection() const { return selection_; }
  const std::vector<Field>& fields() const { return fields_; }
  // False if the order is by key alone.
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
  // nullptr: the order is by key alone.
  const database::Column* order_ = nullptr;
  bool descending_ = false;
  std::vector<Field> fields_;
  std::vector<const database::Column*> flow_;
};

}  // namespace winnow::tasks
