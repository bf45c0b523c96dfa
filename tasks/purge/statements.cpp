#include "tasks/purge/statements.h"

#include <algorithm>
#include <set>

#include "outcome/try.h"
#include "tasks/purge/shards.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {
namespace {

using database::Dialect;
using database::SqlWriter;
using database::Statement;
using database::Table;
using database::TextList;

constexpr std::string_view kKey = "key";
constexpr std::string_view kFlow = "flow_id";
// A row that a pass meets costs about a tenth of one that an index leads to.
constexpr std::int64_t kRowsReadForOne = 10;
// Where pages have to be read, the index leads to two for an execution: its own, and the one with
// the rows.
constexpr std::int64_t kPagesReadForOne = 2;

// What a placeholder is cast to where it is compared with Dialect::row_address.
const database::Column& address_column() {
  static const database::Column kAddress{.name = "ctid", .type_name = "tid", .labels = {}};
  return kAddress;
}

// Kestra's key of a queued execution: tenant, namespace, flow and id joined by `_`, a missing
// tenant left out.
std::string composed_key(const BatchRow& row) {
  const std::string key = row.of->name_space + "_" + row.of->flow + "_" + row.key;
  return row.of->tenant ? *row.of->tenant + "_" + key : key;
}

TextList dependents_keys(const RowStep& step, const std::vector<BatchRow>& rows) {
  if (step.step->match.kind != Match::Kind::composed_key) return keys_of(rows);
  TextList keys;
  keys.reserve(rows.size());
  for (const auto& row : rows) keys.push_back(composed_key(row));
  return keys;
}

// Leads the statement to the shard of these rows, which all lie on one; their table stands as
// `alias`.
void write_place(SqlWriter& writer, std::string_view alias, const Table& table,
                 const std::vector<BatchRow>& rows) {
  const auto* column = placing_column(table);
  if (column == nullptr) return;
  const auto name = database::qualified(writer.dialect(), alias, column->name);
  std::set<std::string> places;
  for (const auto& row : rows) {
    if (row.place) places.insert(*row.place);
  }
  writer.text(" AND ");
  if (places.empty()) {
    writer.text(name + " IS NULL");
  } else {
    writer.dialect().any_of(writer, name, *column, TextList(places.begin(), places.end()));
  }
}

// The rows by their own keys, `key`.
void write_rows_of(SqlWriter& writer, std::string_view alias, const Table& table,
                   const std::vector<BatchRow>& rows) {
  writer.dialect().any_key(writer, alias, table, *table.column(kKey), keys_of(rows));
  write_place(writer, alias, table, rows);
}

Statement delete_placed(const Dialect& dialect, const Table& table,
                        const std::vector<BatchRow>& rows) {
  SqlWriter writer(dialect);
  writer.text("DELETE FROM ").table(table).text(" AS t WHERE ");
  write_rows_of(writer, "t", table, rows);
  return writer.take();
}

}  // namespace

Hold hold_of(const PurgeRequest& request, const Table& table, const Dialect& dialect,
             bool with_files) {
  if (request.dry_run) return Hold::none;
  // Who may only delete logs, say, can't lock their executions.
  if (!request.deletes_parent) return table.can_lock ? Hold::waiting : Hold::reading;
  const bool at_once =
      dialect.returns_deleted_rows() && !with_files && !table.may_keep_rows && !request.members;
  if (at_once) return table.can_lock ? Hold::deleting : Hold::deleting_waiting;
  return Hold::skipping;
}

Outcome<PurgeStatements> PurgeStatements::make(const PurgeRequest& request,
                                               const Selection& selection, const PurgeSteps& steps,
                                               const Dialect& dialect, Hold hold) {
  PurgeStatements statements;
  const auto& table = selection.table();
  for (const auto& needed : {std::string(kKey), request.order}) {
    WINNOW_CHECK(table.require(needed));
  }
  statements.selection_ = &selection;
  statements.steps_ = &steps;
  statements.dialect_ = &dialect;
  statements.order_ = table.column(request.order);
  statements.key_ = table.column(kKey);
  WINNOW_CHECK(refuse_for(table, problem_of_deletion(table, dialect)));
  WINNOW_CHECK(refuse_for(table, problem_of_key(table, *statements.key_, dialect)));
  statements.hold_ = hold;
  statements.by_families_ = request.members.has_value();
  statements.page_decides_ = hold == Hold::none || hold == Hold::reading || request.members;
  auto& columns = statements.columns_;
  std::size_t next = 1;
  if (!steps.parent().split.column.empty()) columns.split = next++;
  if (placing_column(table) != nullptr) columns.place = next++;
  if (steps.needs_flow() || request.keep_last || request.members || request.by_namespace) {
    columns.flow = next;
    next += 3;
  }
  columns.order = next;
  return statements;
}

void PurgeStatements::tell_apart(std::vector<Part> parts) {
  parts_ = std::move(parts);
  columns_.part = columns_.order + 1;
}

std::string PurgeStatements::column(std::string_view name) const {
  return "e." + dialect_->quoted(name);
}

void PurgeStatements::write_from(SqlWriter& writer, std::string_view only) const {
  writer.text(" FROM ").text(only).table(table()).text(" AS e WHERE ");
}

void PurgeStatements::write_keys(SqlWriter& writer, const std::vector<BatchRow>& rows) const {
  dialect_->any_key(writer, "e", table(), *key_, keys_of(rows));
  write_place(writer, "e", table(), rows);
}

void PurgeStatements::write_split(SqlWriter& writer) const {
  if (!columns_.split) return;
  writer.text(", CASE WHEN " + column(steps_->parent().split.column) +
              " IS NULL THEN 'f' ELSE 't' END");
}

Statement PurgeStatements::page(std::optional<bool> deleted, const std::optional<Position>& after,
                                std::int64_t limit) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + column(kKey));
  write_split(writer);
  if (columns_.place) writer.text(", " + column(placing_column(table())->name));
  if (columns_.flow) {
    const auto& scope = selection_->scope();
    for (const auto& name : {scope.tenant_column, scope.namespace_column, std::string(kFlow)}) {
      writer.text(", " + column(name));
    }
  }
  writer.text(", " + dialect_->as_cursor("e", *order_));
  // Where take() decides, it alone opens the documents of rows that their columns affirm.
  const auto certainty = page_decides_ ? Certainty::all : Certainty::possible;
  const auto write_part = [&] { selection_->write_part(writer, "e", parts_, certainty); };
  const auto once = dialect_->computed_once();
  if (!columns_.part) {
    write_from(writer);
  } else if (once.empty()) {
    writer.text(", ");
    write_part();
    write_from(writer);
    writer.text("(");
    write_part();
    writer.text(") IS NOT NULL AND ");
  } else {
    writer.text(", told.part FROM ").table(table()).text(" AS e CROSS JOIN LATERAL (SELECT ");
    write_part();
    writer.text(" AS part").text(once).text(") AS told WHERE told.part IS NOT NULL AND ");
  }
  selection_->write(writer, "e", deleted, certainty);
  const auto order = column(order_->name);
  const auto key = column(kKey);
  if (after) {
    // Written out, with the plain bound beside it: MySQL makes no range of a row comparison
    // (docs/measurements.md).
    writer.text(" AND " + order + " >= ").bind_as(*order_, after->order);
    writer.text(" AND (" + order + " > ").bind_as(*order_, after->order);
    writer.text(" OR (" + order + " = ").bind_as(*order_, after->order);
    writer.text(" AND " + key + " > ").bind(after->key).text("))");
  }
  writer.text(" ORDER BY " + order + ", " + key + " LIMIT ").bind(limit);
  return writer.take();
}

// Inside CASE no condition can lead a server to another index than the key's.
void PurgeStatements::write_still_selected(SqlWriter& writer, const Batch& batch) const {
  write_keys(writer, batch.rows);
  writer.text(" AND CASE WHEN ");
  selection_->write(writer, "e", batch.deleted);
  writer.text(" THEN 1 ELSE 0 END = 1");
}

Statement PurgeStatements::take(const Batch& batch) const {
  SqlWriter writer(*dialect_);
  const auto ordered = " ORDER BY " + column(kKey) + " ";
  const auto taken = [&] {
    auto statement = writer.take();
    statement.keeps_plan = dialect_->one_plan_serves(table());
    return statement;
  };
  switch (hold_) {
    case Hold::deleting:
      writer.text("DELETE FROM " + only()).table(table()).text(" AS e WHERE ");
      dialect_->one_of_query(writer, row_address(), [&] {
        writer.text("SELECT " + row_address());
        write_from(writer, only());
        write_still_selected(writer, batch);
        writer.text(ordered).text(dialect_->lock_skipping_locked());
      });
      break;
    case Hold::deleting_waiting:
      writer.text("DELETE");
      write_from(writer);
      write_still_selected(writer, batch);
      break;
    default:
      writer.text("SELECT " + column(kKey));
      write_split(writer);
      if (taken_address()) writer.text(", CAST(" + row_address() + " AS text)");
      write_from(writer, taken_address() ? only() : "");
      write_still_selected(writer, batch);
      writer.text(ordered);
      if (hold_ == Hold::skipping) writer.text(dialect_->lock_skipping_locked());
      if (hold_ == Hold::waiting) writer.text(dialect_->lock_waiting());
      return taken();
  }
  writer.text(" RETURNING " + column(kKey));
  write_split(writer);
  return taken();
}

bool PurgeStatements::has_row_address() const {
  return !dialect_->row_address().empty() && table().partitions.empty() && !by_families_;
}

// An address is one of this table alone: a table that came to inherit from it since has its own.
std::string PurgeStatements::only() const {
  return has_row_address() ? "ONLY " : "";
}

// What leads a DELETE to a row that was found just now: without a second look into the key's index
// it takes a quarter less (docs/measurements.md).
std::string PurgeStatements::row_address() const {
  return has_row_address() ? "e." + std::string(dialect_->row_address()) : column(kKey);
}

std::optional<std::size_t> PurgeStatements::taken_address() const {
  if (hold_ != Hold::skipping || !has_row_address()) return std::nullopt;
  return columns_.split ? 2 : 1;
}

Statement PurgeStatements::delete_rows(const std::vector<BatchRow>& rows) const {
  const bool located = std::none_of(rows.begin(), rows.end(),
                                    [](const BatchRow& row) { return row.address.empty(); });
  if (located) {
    TextList addresses;
    addresses.reserve(rows.size());
    for (const auto& row : rows) addresses.push_back(row.address);
    SqlWriter writer(*dialect_);
    writer.text("DELETE FROM " + only()).table(table()).text(" AS e WHERE ");
    dialect_->any_of(writer, row_address(), address_column(), std::move(addresses));
    return writer.take();
  }
  if (columns_.place) return delete_placed(*dialect_, table(), rows);
  return dialect_->delete_by_keys(table(), *key_, keys_of(rows));
}

Statement PurgeStatements::remaining(const std::vector<BatchRow>& rows) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + column(kKey));
  write_from(writer);
  write_keys(writer, rows);
  return writer.take();
}

Statement PurgeStatements::count_remaining(const std::vector<BatchRow>& rows) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT count(*)");
  write_from(writer);
  write_keys(writer, rows);
  writer.text(dialect_->count_waiting());
  return writer.take();
}

// The conditions that find the dependents; their table stands as `t`.
void PurgeStatements::write_match(SqlWriter& writer, const RowStep& step, TextList keys) const {
  if (step.only_column != nullptr) {
    dialect_->any_of(writer, database::qualified(*dialect_, "t", step.only_column->name),
                     *step.only_column, step.only_values);
    writer.text(" AND ");
  }
  if (step.column != nullptr && step.in_one_pass) {
    dialect_->any_key_in_one_pass(writer, "t", *step.table, *step.column, std::move(keys));
    dialect_->write_share(writer, "t", *step.table, step.share);
    return;
  }
  if (step.column != nullptr) {
    dialect_->any_key(writer, "t", *step.table, *step.column, std::move(keys), step.deleted);
    return;
  }
  const auto& text = database::document_string();
  dialect_->name_deleted(writer, "t", *step.table, text, step.deleted);
  dialect_->any_of(writer,
                   dialect_->document_text(database::qualified(*dialect_, "t", "value"),
                                           step.step->match.document),
                   text, std::move(keys));
}

Statement PurgeStatements::delete_dependents(const RowStep& step,
                                             const std::vector<BatchRow>& rows) const {
  if (step.column != nullptr && step.only_column == nullptr) {
    auto deletion = dialect_->delete_by_keys(*step.table, *step.column, dependents_keys(step, rows),
                                             step.deleted);
    deletion.keeps_plan = dialect_->one_plan_serves(*step.table);
    // No sweep looks for these again, so each batch asks whether there are any; an index without
    // rows would be descended for each key.
    const bool maybe_none = !may_be_late(step) && step.table->estimated_rows <= 0;
    if (maybe_none && !dialect_->locks_what_it_reads()) {
      SqlWriter any(*dialect_);
      deletion.sql +=
          any.text(" AND EXISTS (SELECT 1 FROM ").table(*step.table).text(")").take().sql;
    }
    return deletion;
  }
  if (step.column != nullptr) {
    auto pairs = dialect_->delete_by_pairs(*step.table, *step.only_column, step.only_values,
                                           *step.column, dependents_keys(step, rows));
    if (pairs) return *std::move(pairs);
  }
  SqlWriter writer(*dialect_);
  writer.text("DELETE FROM ").table(*step.table).text(" AS t WHERE ");
  write_match(writer, step, dependents_keys(step, rows));
  return writer.take();
}

bool PurgeStatements::finds_first(const RowStep& step) const {
  return step.column == nullptr && dialect_->locks_what_it_reads() &&
         step.table->column("key") != nullptr;
}

Statement PurgeStatements::find_dependents(const RowStep& step,
                                           const std::vector<BatchRow>& rows) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + database::qualified(*dialect_, "t", "key") + " FROM ");
  writer.table(*step.table).text(" AS t WHERE ");
  write_match(writer, step, dependents_keys(step, rows));
  return writer.take();
}

Statement PurgeStatements::delete_found(const RowStep& step, database::TextList keys) const {
  return dialect_->delete_by_keys(*step.table, *step.table->column("key"), std::move(keys));
}

Statement PurgeStatements::find_far(const RowStep& step, const std::vector<BatchRow>& rows) const {
  const auto* place = placing_column(*step.table);
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + database::qualified(*dialect_, "t", kKey));
  writer.text(", " + database::qualified(*dialect_, "t", place == nullptr ? kKey : place->name));
  writer.text(" FROM ").table(*step.table).text(" AS t WHERE ");
  write_match(writer, step, dependents_keys(step, rows));
  return writer.take();
}

Statement PurgeStatements::delete_far(const RowStep& step,
                                      const std::vector<BatchRow>& found) const {
  return delete_placed(*dialect_, *step.table, found);
}

Statement PurgeStatements::lock_far(const RowStep& step, const std::vector<BatchRow>& found) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + database::qualified(*dialect_, "t", kKey));
  writer.text(" FROM ").table(*step.table).text(" AS t WHERE ");
  write_rows_of(writer, "t", *step.table, found);
  writer.text(" ").text(dialect_->lock_waiting());
  return writer.take();
}

Statement PurgeStatements::count_dependents(const RowStep& step,
                                            const std::vector<BatchRow>& rows) const {
  return count_dependents(step, dependents_keys(step, rows));
}

Statement PurgeStatements::count_dependents(const RowStep& step, TextList keys) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT count(*) FROM ").table(*step.table).text(" AS t WHERE ");
  write_match(writer, step, std::move(keys));
  return writer.take();
}

bool PurgeStatements::pays_in_one_pass(const Table& dependents, std::int64_t rows) const {
  if (!dialect_->reads_in_one_pass() || table().estimated_rows <= 0) return false;
  const auto met_for_one = dependents.fits_buffers ? kRowsReadForOne : kPagesReadForOne;
  return rows >= table().estimated_rows / met_for_one;
}

Statement PurgeStatements::count_selected(std::optional<bool> deleted, std::int64_t most) const {
  SqlWriter writer(*dialect_);
  const bool all = most == kCountAll;
  writer.text(all ? "SELECT count(*)" : "SELECT count(*) FROM (SELECT 1 AS one");
  write_from(writer);
  selection_->write(writer, "e", deleted);
  if (!all) writer.text(" LIMIT ").bind(most).text(") AS selected");
  return writer.take();
}

Statement PurgeStatements::count_by_namespace(std::optional<bool> deleted) const {
  const auto& name_space = selection_->scope().namespace_column;
  const auto name = name_space.empty() ? "''" : dialect_->letters(column(name_space));
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + name + ", count(*)");
  write_from(writer);
  selection_->write(writer, "e", deleted);
  if (!name_space.empty()) writer.text(" GROUP BY " + name);
  return writer.take();
}

Statement PurgeStatements::count_still_selected(const Batch& batch) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT count(*)");
  write_from(writer);
  write_still_selected(writer, batch);
  return writer.take();
}

// Tables of Kestra have their documents in `value`.
void PurgeStatements::write_bytes(SqlWriter& writer, std::string_view alias,
                                  const Table& measured) const {
  const auto* document = measured.column("value");
  writer.text(document == nullptr ? std::string("0") : dialect_->stored_bytes(alias, *document));
}

Statement PurgeStatements::measure_dependents(const RowStep& step,
                                              const std::vector<BatchRow>& rows,
                                              std::int64_t most) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT count(*), sum(bytes) FROM (SELECT ");
  write_bytes(writer, "t", *step.table);
  writer.text(" AS bytes FROM ").table(*step.table).text(" AS t WHERE ");
  write_match(writer, step, dependents_keys(step, rows));
  writer.text(" LIMIT ").bind(most).text(") AS measured");
  return writer.take();
}

Statement PurgeStatements::measure(const std::vector<BatchRow>& rows) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT count(*), sum(");
  write_bytes(writer, "e", table());
  writer.text(")");
  write_from(writer);
  write_keys(writer, rows);
  return writer.take();
}

Statement PurgeStatements::first_selected(std::optional<bool> deleted, std::int64_t most) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + column(kKey));
  write_from(writer);
  selection_->write(writer, "e", deleted);
  writer.text(" ORDER BY " + column(order_->name) + ", " + column(kKey) + " LIMIT ").bind(most);
  return writer.take();
}

}  // namespace winnow::tasks
