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

constexpr std::string_view kRow = ListingQuery::kRow;

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
    WINNOW_TRY(const auto* column, table.require(output->column));
    const bool as_written = !dialect.instant_as_written(kRow, *column, output->document).empty();
    query.fields_.push_back({.name = output->name,
                             .column = column,
                             .document = output->document,
                             .as_written = as_written});
  }
  if (request.keep_last) {
    for (const auto& name : {query.selection_.scope().namespace_column, std::string("flow_id")}) {
      WINNOW_TRY(const auto* column, table.require(name));
      query.flow_.push_back(column);
    }
  }
  if (request.order == nullptr) return query;
  WINNOW_TRY(const auto* order, table.require(request.order->column));
  if (order != query.key_) query.order_ = order;
  return query;
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

// A count of its own for each value of `deleted`, and for what the index alone can tell: such a
// count reads no row.
database::Statement ListingQuery::count() const {
  if (dialect_->reads_in_one_pass() && !is_covered()) return count_in_one_pass();
  SqlWriter writer(*dialect_);
  writer.text("SELECT ");
  const auto counted = counted_columns();
  if (counted.size() > 1) writer.text(dialect_->room_for_a_join());
  const char* separator = "";
  for (const auto& deleted : selection_.deleted_branches()) {
    for (const auto part : selection_.countable_parts(*dialect_)) {
      writer.text(separator).text("(");
      write_count(writer, counted, deleted, part);
      writer.text(")");
      separator = " + ";
    }
  }
  auto statement = writer.take();
  statement.may_read_all = true;
  return statement;
}

// Rows have to be read: one statement reads each once, where a count for each value of `deleted`
// would read all of them twice.
database::Statement ListingQuery::count_in_one_pass() const {
  const auto& deleted = selection_.deleted_branches();
  SqlWriter writer(*dialect_);
  writer.text("SELECT count(*) FROM ").table(selection_.table());
  writer.text(" AS ").text(kRow).text(" WHERE ");
  if (deleted.size() == 1) {
    selection_.write(writer, kRow, deleted.front());
  } else {
    const auto& mark = *selection_.table().column("deleted");
    writer.text(quoted(kRow, mark)).text(" IN (false, true) AND ");
    selection_.write(writer, kRow, std::nullopt);
  }
  auto statement = writer.take();
  statement.may_read_all = true;
  return statement;
}

// Whether an index holds all that a count names.
bool ListingQuery::is_covered() const {
  const auto columns = selection_.filter_columns();
  if (columns.empty()) return true;
  return columns.size() == 1 && covering_index(columns.front()) != nullptr;
}

// The index that holds the column and what every statement names, and so answers without a row.
const database::Index* ListingQuery::covering_index(const std::string& column) const {
  auto wanted = selection_.scope_columns();
  wanted.push_back(column);
  return selection_.table().index_on(wanted);
}

// Where the server has to be told: by which index it counts one filter's column, and by which two
// it counts a namespace's and another's, whose rows it joins by their keys, which every index of
// MySQL holds (1.4 s instead of 4 to 12 s, docs/measurements.md). Otherwise one entry without
// an index.
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

void ListingQuery::write_count(SqlWriter& writer, const std::vector<CountedColumn>& counted,
                               std::optional<bool> deleted, Certainty part) const {
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

std::string ListingQuery::quoted(std::string_view alias, const Column& column) const {
  return std::string(alias) + "." + dialect_->quoted(column.name);
}

}  // namespace winnow::tasks
