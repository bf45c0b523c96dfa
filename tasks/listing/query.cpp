#include "tasks/listing/query.h"

#include "outcome/try.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {
namespace {

using database::Column;
using database::ColumnType;
using database::Dialect;
using database::SqlWriter;
using database::Table;

// The listed table, and the keys that make up the page.
constexpr std::string_view kRow = "t";
constexpr std::string_view kPage = "page";

}  // namespace

ColumnType Field::type() const {
  const bool inside = column->type == ColumnType::document && !document.empty();
  return inside ? ColumnType::text : column->type;
}

Outcome<ListingQuery> ListingQuery::make(const ListingRequest& request,
                                         const database::Schema& schema,
                                         const database::Dialect& dialect) {
  WINNOW_TRY(auto selection, Selection::make(request.scope, schema));
  const Table& table = selection.table();
  if (!table.can_select) {
    return fail(FailureKind::schema, "the database user may not read the table \"" + table.name +
                                         "\": grant it SELECT on that table");
  }
  ListingQuery query(std::move(selection), dialect);
  query.key_ = row_key(table);
  if (query.key_ == nullptr) {
    return fail(FailureKind::schema,
                "a listing can't page through the table \"" + table.name +
                    "\": its primary key is not one column, and no index begins with `key`");
  }
  query.descending_ = request.descending;
  for (const auto* output : request.columns) {
    WINNOW_TRY(const auto* column, query.find_column(output->column));
    query.fields_.push_back({.name = output->name, .column = column, .document = output->document});
  }
  if (request.order == nullptr) return query;
  WINNOW_TRY(const auto* order, query.find_column(request.order->column));
  if (order != query.key_) query.order_ = order;
  return query;
}

Outcome<const Column*> ListingQuery::find_column(const std::string& name) const {
  const auto* column = selection_.table().column(name);
  if (column != nullptr) return column;
  return fail(FailureKind::schema, "table \"" + selection_.table().name + "\" has no column \"" +
                                       name + "\", which this task needs");
}

// Keys travel, not documents: the page's keys are chosen first, whatever sorting that takes, and
// only then the page's rows are read by their primary key.
database::Statement ListingQuery::page(Region region, const std::optional<Position>& after,
                                       std::int64_t limit) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT ").text(dialect_->as_cursor(kPage, *key_));
  writer.text(", ").text(dialect_->as_cursor(kPage, order_ == nullptr ? *key_ : page_order()));
  for (const auto& field : fields_) writer.text(", ").text(field_expression(field));
  writer.text(" FROM (");
  write_keys(writer, region, after, limit);
  writer.text(") AS page JOIN ").table(selection_.table()).text(" AS t ON ");
  writer.text(quoted(kRow, *key_) + " = " + quoted(kPage, *key_));
  write_order(writer, kPage, region);
  return writer.take();
}

// One branch for each value of `deleted`, with a condition, an order and a limit of its own: only
// so can each walk its index and stop (PR 12181; `deleted IN (false, true)` sorts everything,
// measurements.md). The branches stand in subqueries because SQLite does not take parentheses
// around the members of a UNION.
void ListingQuery::write_keys(SqlWriter& writer, Region region,
                              const std::optional<Position>& after, std::int64_t limit) const {
  const auto& branches = selection_.deleted_branches();
  if (branches.size() == 1) {
    write_branch(writer, region, after, limit, branches.front());
    return;
  }
  writer.text("SELECT ");
  write_key_columns(writer, "branches");
  writer.text(" FROM (");
  for (std::size_t index = 0; index < branches.size(); ++index) {
    if (index > 0) writer.text(" UNION ALL ");
    writer.text("SELECT * FROM (");
    write_branch(writer, region, after, limit, branches[index]);
    writer.text(") AS branch_" + std::to_string(index));
  }
  writer.text(") AS branches");
  write_order(writer, "branches", region);
  writer.text(" LIMIT " + std::to_string(limit));
}

void ListingQuery::write_branch(SqlWriter& writer, Region region,
                                const std::optional<Position>& after, std::int64_t limit,
                                std::optional<bool> deleted) const {
  writer.text("SELECT ");
  write_key_columns(writer, kRow);
  if (order_ != nullptr && !order_value().empty()) writer.text(" AS ").identifier(order_->name);
  writer.text(" FROM ").table(selection_.table()).text(" AS t WHERE ");
  selection_.write(writer, kRow, deleted);
  write_region(writer, region);
  if (order_ != nullptr && region == Region::with_value) {
    selection_.write_implied(writer, kRow, *order_);
  }
  if (after) write_after(writer, region, *after);
  write_order(writer, kRow, region);
  writer.text(" LIMIT " + std::to_string(limit));
}

void ListingQuery::write_region(SqlWriter& writer, Region region) const {
  if (!has_rows_without_value()) return;
  writer.text(" AND " + ordering(kRow) +
              (region == Region::with_value ? " IS NOT NULL" : " IS NULL"));
}

// Written out and not as a row comparison, with the redundant outer bound beside it: MySQL makes a
// range of an index of nothing else (3.2 against 65 ms, measurements.md).
void ListingQuery::write_after(SqlWriter& writer, Region region, const Position& after) const {
  const std::string beyond = descending_ ? " < " : " > ";
  const auto key = quoted(kRow, *key_);
  if (order_ == nullptr || region == Region::without_value || !after.order) {
    writer.text(" AND " + key + beyond).bind_as(*key_, after.key);
    return;
  }
  const auto order = ordering(kRow);
  writer.text(" AND " + order + (descending_ ? " <= " : " >= ")).bind_as(*order_, *after.order);
  writer.text(" AND (" + order + beyond).bind_as(*order_, *after.order);
  writer.text(" OR (" + order + " = ").bind_as(*order_, *after.order);
  writer.text(" AND " + key + beyond).bind_as(*key_, after.key).text("))");
}

void ListingQuery::write_order(SqlWriter& writer, std::string_view alias, Region region) const {
  const std::string direction = descending_ ? " DESC" : "";
  writer.text(" ORDER BY ");
  if (order_ != nullptr && region == Region::with_value) {
    writer.text(ordering(alias) + direction + ", ");
  }
  writer.text(quoted(alias, *key_) + direction);
}

void ListingQuery::write_key_columns(SqlWriter& writer, std::string_view alias) const {
  writer.text(quoted(alias, *key_));
  if (order_ != nullptr) writer.text(", " + ordering(alias));
}

// A row's own order may be a value of its document; a page has it as a column.
std::string ListingQuery::ordering(std::string_view alias) const {
  return alias == kRow ? dialect_->value_of(alias, *order_) : quoted(alias, *order_);
}

// The order's column as a page has it: there it holds what orders.
Column ListingQuery::page_order() const {
  Column column = *order_;
  if (column.type == ColumnType::minute_millis) column.type = ColumnType::integer;
  return column;
}

// Empty where the column itself orders.
std::string ListingQuery::order_value() const {
  const auto value = dialect_->value_of({}, *order_);
  return value == dialect_->quoted(order_->name) ? "" : value;
}

IndexNeed ListingQuery::page_need() const {
  auto need = count_need();
  need.column = order_ == nullptr ? key_->name : order_->name;
  if (order_ != nullptr) need.value = order_value();
  return need;
}

IndexNeed ListingQuery::count_need() const {
  return {.table = &selection_.table(),
          .scope = selection_.scope_columns(),
          .equal = selection_.equal_columns()};
}

// A count of its own for each value of `deleted`, and for what the index alone can tell: such a count
// reads no row.
database::Statement ListingQuery::count() const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT ");
  const char* separator = "";
  for (const auto& deleted : selection_.deleted_branches()) {
    for (const auto part : selection_.countable_parts(*dialect_)) {
      writer.text(separator).text("(");
      write_count(writer, deleted, part);
      writer.text(")");
      separator = " + ";
    }
  }
  return writer.take();
}

// The index that holds the column and what every statement names, and so answers without a row.
const database::Index* ListingQuery::covering_index(const std::string& column) const {
  auto wanted = selection_.scope_columns();
  wanted.push_back(column);
  return selection_.table().index_on(wanted);
}

// Where the server has to be told: by which index it counts one filter's column, and by which two it
// counts a namespace's and another's, whose rows it joins by their keys, which every index of MySQL
// holds (1.4 s instead of 4 to 12 s, measurements.md). Otherwise one entry without an index.
std::vector<CountedColumn> ListingQuery::counted_columns() const {
  const std::vector<CountedColumn> unaided = {{.alias = std::string(kRow), .column = {}}};
  const auto columns = selection_.filter_columns();
  const bool joins = columns.size() == 2 && selection_.has_wide_namespace();
  if (columns.size() != 1 && !joins) return unaided;
  std::vector<CountedColumn> counted;
  for (const auto& column : columns) {
    const auto* index = covering_index(column);
    if (index == nullptr) return unaided;
    const auto alias = counted.empty() ? std::string(kRow) : std::string("other");
    counted.push_back({.alias = alias, .column = joins ? column : "", .index = index});
    const Dialect::IndexChoice choice{.table_alias = alias, .index = index->name};
    if (dialect_->index_hint({&choice, 1}).empty()) return unaided;
  }
  return counted;
}

void ListingQuery::write_count(SqlWriter& writer, std::optional<bool> deleted,
                               Certainty part) const {
  const auto counted = counted_columns();
  std::vector<Dialect::IndexChoice> choices;
  for (const auto& each : counted) {
    if (each.index != nullptr) choices.push_back({each.alias, each.index->name});
  }
  writer.text("SELECT " + dialect_->index_hint(choices) + "count(*) FROM ");
  const char* separator = "";
  for (const auto& each : counted) {
    writer.text(separator).table(selection_.table()).text(" AS " + each.alias);
    separator = " JOIN ";
  }
  if (counted.size() > 1) {
    writer.text(" ON " + quoted(counted[1].alias, *key_) + " = " + quoted(counted[0].alias, *key_));
  }
  separator = " WHERE ";
  for (const auto& each : counted) {
    writer.text(separator);
    selection_.write(writer, each.alias, deleted, part, each.column);
    separator = " AND ";
  }
}

std::string ListingQuery::field_expression(const Field& field) const {
  if (field.column->type == ColumnType::document && !field.document.empty()) {
    return dialect_->document_text(quoted(kRow, *field.column), field.document);
  }
  return dialect_->as_text(kRow, *field.column, field.document);
}

std::string ListingQuery::quoted(std::string_view alias, const Column& column) const {
  return std::string(alias) + "." + dialect_->quoted(column.name);
}

}  // namespace winnow::tasks
