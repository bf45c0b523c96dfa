// The SQL of a listing: one page after a position, and the count of all rows.
#pragma once

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

// One member of a listed row.
struct Field {
  std::string name;
  const database::Column* column = nullptr;
  std::vector<std::string> document;

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
  // A schema failure that names what is missing: the right to read, a column, a key (row_key.h).
  static Outcome<ListingQuery> make(const ListingRequest& request, const database::Schema& schema,
                                    const database::Dialect& dialect);

  // Selection::find_namespaces().
  Outcome<void> find_namespaces(database::Connection& connection) {
    return selection_.find_namespaces(connection);
  }

  // At most `limit` rows of the region that come after the position, in order. A result's columns
  // are the row's key and its value in the order's column (both as Dialect::as_cursor writes them),
  // then the fields (as text).
  database::Statement page(Region region, const std::optional<Position>& after,
                           std::int64_t limit) const;
  // One row, one column: the number of all rows, whatever the position.
  database::Statement count() const;

  // What has to serve them.
  IndexNeed page_need() const;
  IndexNeed count_need() const;

  const std::vector<Field>& fields() const { return fields_; }
  // False when the key alone orders.
  bool has_order() const { return order_ != nullptr; }
  // Whether there can be rows without a value in the order's column.
  bool has_rows_without_value() const { return order_ != nullptr && order_->nullable; }

 private:
  ListingQuery(Selection selection, const database::Dialect& dialect)
      : selection_(std::move(selection)), dialect_(&dialect) {}
  Outcome<const database::Column*> find_column(const std::string& name) const;
  void write_keys(database::SqlWriter& writer, Region region, const std::optional<Position>& after,
                  std::int64_t limit) const;
  void write_branch(database::SqlWriter& writer, Region region,
                    const std::optional<Position>& after, std::int64_t limit,
                    std::optional<bool> deleted) const;
  void write_region(database::SqlWriter& writer, Region region) const;
  void write_after(database::SqlWriter& writer, Region region, const Position& after) const;
  void write_order(database::SqlWriter& writer, std::string_view alias, Region region) const;
  void write_key_columns(database::SqlWriter& writer, std::string_view alias) const;
  std::string ordering(std::string_view alias) const;
  std::string order_value() const;
  database::Column page_order() const;
  const database::Index* covering_index(const std::string& column) const;
  std::vector<CountedColumn> counted_columns() const;
  void write_count(database::SqlWriter& writer, std::optional<bool> deleted, Certainty part) const;
  std::string field_expression(const Field& field) const;
  std::string quoted(std::string_view alias, const database::Column& column) const;

  Selection selection_;
  const database::Dialect* dialect_;
  const database::Column* key_ = nullptr;
  // nullptr: the key alone orders.
  const database::Column* order_ = nullptr;
  bool descending_ = false;
  std::vector<Field> fields_;
};

}  // namespace winnow::tasks
