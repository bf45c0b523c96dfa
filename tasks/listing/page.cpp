// The SQL of one page of a listing.
#include <algorithm>

#include "tasks/listing/query.h"

namespace winnow::tasks {
namespace {

using database::Column;
using database::ColumnType;
using database::SqlWriter;

// The rows that make up the page, before their documents are read, and the branches together.
constexpr std::string_view kPageRows = "page";
constexpr std::string_view kBranches = "branches";
// Which branch a row came from, by its place.
constexpr std::string_view kBranchColumn = "branch";

}  // namespace

// Keys travel, not documents: the page's keys are chosen first, whatever sorting that takes, and
// only then the documents of its rows are read. Columns are small, and travel with the keys where
// no field needs a document: their rows are then read once.
database::Statement ListingQuery::page(const PageRequest& request) const {
  const auto rows = reads_rows() ? kPageRows : kRow;
  SqlWriter writer(*dialect_);
  writer.text("SELECT ").text(dialect_->as_cursor(rows, *key_));
  writer.text(", ").text(dialect_->as_cursor(rows, order_ == nullptr ? *key_ : page_order()));
  writer.text(", " + std::string(rows) + ".").identifier(kBranchColumn);
  for (const auto& field : fields_) writer.text(", ").text(field_expression(field, request.dates));
  for (const auto* column : flow_) writer.text(", ").text(dialect_->as_text(kRow, *column, {}));
  writer.text(" FROM (");
  if (request.all) {
    write_all(writer, request);
  } else {
    write_branches(writer, request);
  }
  writer.text(") AS ").text(rows);
  if (reads_rows()) write_rows(writer);
  write_order(writer, rows, request.region);
  return writer.take();
}

// Documents would be sorted with their rows. What shards answer is merged, in memory.
bool ListingQuery::reads_all_quicker() const {
  return !dialect_->scan_hint(kRow).empty() && !dialect_->merges_shards() && !reads_rows();
}

void ListingQuery::write_all(SqlWriter& writer, const PageRequest& request) const {
  const auto& branches = selection_.deleted_branches();
  const bool both = branches.size() > 1;
  const auto deleted = std::string(kRow) + "." + dialect_->quoted("deleted");
  writer.text("SELECT ").text(dialect_->scan_hint(kRow));
  write_page_columns(writer, kRow);
  writer.text(both ? ", CASE WHEN " + deleted + " THEN 1 ELSE 0 END" : ", 0");
  writer.text(" AS ").identifier(kBranchColumn);
  writer.text(" FROM ").table(selection_.table()).text(" AS t WHERE ");
  selection_.write(writer, kRow, both ? std::nullopt : branches.front());
  write_place(writer, request);
}

// Where a row has an address it is read by that and not by its key's index, and its document is
// opened once for all fields: with both a page costs less than half (docs/measurements.md).
// OFFSET 0 keeps PostgreSQL from copying the opened document's expression into each field.
void ListingQuery::write_rows(SqlWriter& writer) const {
  const auto key = quoted(kRow, *key_) + " = " + quoted(kPageRows, *key_);
  if (!has_row_address()) {
    writer.text(" JOIN ").table(selection_.table()).text(" AS t ON ").text(key);
    return;
  }
  const char* separator = " CROSS JOIN LATERAL (SELECT ";
  for (const auto* column : columns_of_fields()) {
    const auto opened = dialect_->opened_document(kRow, *column);
    writer.text(separator).text(opened.empty() ? quoted(kRow, *column) : opened);
    writer.text(" AS ").identifier(column->name);
    separator = ", ";
  }
  const auto address = std::string(dialect_->row_address());
  writer.text(" FROM ").table(selection_.table()).text(" AS t WHERE ").text(key);
  writer.text(" AND t." + address + " = page." + address + " OFFSET 0) AS t");
}

// Two partitions have rows of the same address.
bool ListingQuery::has_row_address() const {
  return reads_rows() && !dialect_->row_address().empty() && selection_.table().partitions.empty();
}

// Whether a page's rows are read again for their documents. An order that is no column of its own
// is a part of the document.
bool ListingQuery::reads_rows() const {
  if (order_ != nullptr && !order_value().empty()) return true;
  const auto columns = columns_of_fields();
  return std::any_of(columns.begin(), columns.end(),
                     [](const Column* column) { return column->type == ColumnType::document; });
}

// What the fields are read out of, each once, and no more: a user may lack the right to read
// another column.
std::vector<const Column*> ListingQuery::columns_of_fields() const {
  std::vector<const Column*> columns = {key_};
  const auto add = [&](const Column* column) {
    if (column == nullptr) return;
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) {
      columns.push_back(column);
    }
  };
  for (const auto* column : flow_) add(column);
  for (const auto& field : fields_) {
    add(field.column);
    const bool opens =
        dialect_->opens_documents(*field.column, field.document) ||
        dialect_->value_of({}, *field.column) != dialect_->quoted(field.column->name);
    if (opens) add(selection_.table().column("value"));
  }
  return columns;
}

// One branch for each value of `deleted`, with a condition, an order and a limit of its own: only
// so can each walk its index and stop (kestra-io/kestra#12181; `deleted IN (false, true)` sorts
// everything, docs/measurements.md). The branches stand in subqueries because SQLite does not take
// parentheses around the members of a UNION.
void ListingQuery::write_branches(SqlWriter& writer, const PageRequest& request) const {
  const auto& branches = selection_.deleted_branches();
  if (branches.size() == 1) {
    write_branch(writer, request, 0);
    return;
  }
  writer.text("SELECT ");
  write_page_columns(writer, kBranches);
  writer.text(", branches.").identifier(kBranchColumn).text(" FROM (");
  for (std::size_t index = 0; index < branches.size(); ++index) {
    if (index > 0) writer.text(" UNION ALL ");
    writer.text("SELECT * FROM (");
    write_branch(writer, request, index);
    writer.text(") AS branch_" + std::to_string(index));
  }
  writer.text(") AS branches");
  write_order(writer, kBranches, request.region);
  writer.text(" LIMIT " + std::to_string(request.limit));
}

void ListingQuery::write_branch(SqlWriter& writer, const PageRequest& request,
                                std::size_t branch) const {
  writer.text("SELECT ");
  write_page_columns(writer, kRow);
  writer.text(", " + std::to_string(branch) + " AS ").identifier(kBranchColumn);
  writer.text(" FROM ").table(selection_.table()).text(" AS t WHERE ");
  selection_.write(writer, kRow, selection_.deleted_branches()[branch]);
  write_place(writer, request);
  write_order(writer, kRow, request.region);
  writer.text(" LIMIT " + std::to_string(request.limit_of(branch)));
}

void ListingQuery::write_place(SqlWriter& writer, const PageRequest& request) const {
  write_region(writer, request.region);
  if (order_ != nullptr && request.region == Region::with_value) {
    selection_.write_implied(writer, kRow, *order_);
  }
  if (request.after) write_after(writer, request.region, *request.after);
}

void ListingQuery::write_region(SqlWriter& writer, Region region) const {
  if (!has_rows_without_value()) return;
  writer.text(" AND " + ordering(kRow) +
              (region == Region::with_value ? " IS NOT NULL" : " IS NULL"));
}

// Written out and not as a row comparison, with the redundant outer bound beside it: MySQL makes a
// range of an index of nothing else (3.2 against 65 ms, docs/measurements.md).
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

void ListingQuery::write_page_columns(SqlWriter& writer, std::string_view alias) const {
  writer.text(quoted(alias, *key_));
  if (order_ != nullptr) {
    writer.text(", " + ordering(alias));
    if (alias == kRow && !order_value().empty()) writer.text(" AS ").identifier(order_->name);
  }
  if (has_row_address()) {
    writer.text(", " + std::string(alias) + "." + std::string(dialect_->row_address()));
  }
  if (reads_rows()) return;
  for (const auto* column : columns_of_fields()) {
    if (column != key_ && column != order_) writer.text(", " + quoted(alias, *column));
  }
}

std::string ListingQuery::field_expression(const Field& field, Dates dates) const {
  if (field.as_written && dates == Dates::as_written) {
    return dialect_->instant_as_written(kRow, *field.column, field.document);
  }
  if (field.column->type == ColumnType::document && !field.document.empty()) {
    return dialect_->document_text(quoted(kRow, *field.column), field.document);
  }
  return dialect_->as_text(kRow, *field.column, field.document);
}

}  // namespace winnow::tasks
