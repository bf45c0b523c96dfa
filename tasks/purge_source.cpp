#include "tasks/purge_source.h"

namespace winnow::tasks {

using database::Connection;
using database::Dialect;
using database::SqlWriter;
using database::Statement;

BatchSource::BatchSource(const Manifest& manifest, const Selection& selection,
                         const PurgeSteps& steps, bool lock)
    : manifest_(manifest),
      selection_(selection),
      steps_(steps),
      order_(selection.table().column(manifest.order)),
      lock_(lock) {}

void BatchSource::write_select(SqlWriter& writer, std::optional<bool> deleted) const {
  const auto& dialect = writer.dialect();
  writer.text("SELECT e." + dialect.quoted("key") + ", " + dialect.as_cursor("e", *order_));
  if (steps_.needs_identity()) {
    writer.text(", e." + dialect.quoted("tenant_id") + ", e." + dialect.quoted("namespace") +
                ", e." + dialect.quoted("flow_id"));
  }
  writer.text(" FROM ").table(selection_.table()).text(" AS e WHERE ");
  selection_.write(writer, "e", deleted);
}

Statement BatchSource::page(const Dialect& dialect, std::optional<bool> deleted,
                            const std::optional<Position>& after, std::int64_t limit) const {
  SqlWriter writer(dialect);
  write_select(writer, deleted);
  const auto order = "e." + dialect.quoted(order_->name);
  const auto key = "e." + dialect.quoted("key");
  if (after) {
    // Written out, with the plain bound beside it: MySQL makes no range of a row comparison
    // (measurements.md).
    writer.text(" AND " + order + " >= ").bind_as(*order_, after->order);
    writer.text(" AND (" + order + " > ").bind_as(*order_, after->order);
    writer.text(" OR (" + order + " = ").bind_as(*order_, after->order);
    writer.text(" AND " + key + " > ").bind(after->key).text("))");
  }
  writer.text(" ORDER BY " + order + ", " + key + " LIMIT ").bind(limit);
  if (lock_) writer.text(" ").text(dialect.lock_skipping_locked());
  return writer.take();
}

Statement BatchSource::first_statement(const Dialect& dialect, std::optional<bool> deleted,
                                       std::int64_t limit) const {
  return page(dialect, deleted, std::nullopt, limit);
}

Statement BatchSource::count_statement(const Dialect& dialect, std::optional<bool> deleted,
                                       std::optional<std::int64_t> most) const {
  SqlWriter writer(dialect);
  if (most) {
    writer.text("SELECT count(*) FROM (SELECT 1 AS one FROM ").table(selection_.table());
    writer.text(" AS e WHERE ");
    selection_.write(writer, "e", deleted);
    writer.text(" LIMIT ").bind(*most).text(") AS selected");
    return writer.take();
  }
  writer.text("SELECT count(*) FROM ").table(selection_.table()).text(" AS e WHERE ");
  selection_.write(writer, "e", deleted);
  return writer.take();
}

Outcome<std::vector<BatchRow>> BatchSource::fetch(Connection& connection,
                                                  const Statement& statement) const {
  std::vector<BatchRow> rows;
  auto queried = connection.query(statement, [&](const database::Row& row) {
    BatchRow taken{.key = std::string(row.text(0).value_or("")),
                   .order = std::string(row.text(1).value_or(""))};
    if (steps_.needs_identity()) {
      if (const auto tenant = row.text(2)) taken.tenant = std::string(*tenant);
      taken.name_space = row.text(3).value_or("");
      taken.flow = row.text(4).value_or("");
    }
    rows.push_back(std::move(taken));
    return true;
  });
  if (!queried) return fail(queried.error());
  return rows;
}

Outcome<Batch> BatchSource::next(Connection& connection, std::int64_t limit) {
  const std::lock_guard guard(mutex_);
  if (auto begun = connection.begin(); !begun) return fail(begun.error());
  const auto& branches = selection_.deleted_branches();
  for (; branch_ < branches.size(); ++branch_, position_.reset()) {
    auto rows = fetch(connection, page(connection.dialect(), branches[branch_], position_, limit));
    if (!rows) return fail(rows.error());
    if (rows->empty()) continue;
    position_ = Position{.order = rows->back().order, .key = rows->back().key};
    return Batch{.deleted = branches[branch_], .rows = std::move(*rows)};
  }
  return Batch{};
}

Outcome<Batch> BatchSource::again(Connection& connection, const Batch& batch) const {
  database::TextList keys;
  for (const auto& row : batch.rows) keys.push_back(row.key);
  SqlWriter writer(connection.dialect());
  write_select(writer, batch.deleted);
  const auto key = "e." + connection.dialect().quoted("key");
  writer.text(" AND ");
  writer.dialect().any_of(writer, key, *selection_.table().column("key"), std::move(keys));
  writer.text(" ORDER BY " + key);
  if (lock_) writer.text(" ").text(connection.dialect().lock_skipping_locked());
  if (auto begun = connection.begin(); !begun) return fail(begun.error());
  auto rows = fetch(connection, writer.take());
  if (!rows) return fail(rows.error());
  return Batch{.deleted = batch.deleted, .rows = std::move(*rows)};
}

void BatchSource::rewind() {
  const std::lock_guard guard(mutex_);
  branch_ = 0;
  position_.reset();
}

Outcome<bool> BatchSource::any_left(Connection& connection) const {
  for (const auto deleted : selection_.deleted_branches()) {
    bool found = false;
    SqlWriter writer(connection.dialect());
    write_select(writer, deleted);
    writer.text(" ORDER BY e." + connection.dialect().quoted(order_->name) + " LIMIT 1");
    auto queried = connection.query(writer.take(), [&](const database::Row&) {
      found = true;
      return true;
    });
    if (!queried) return fail(queried.error());
    if (found) return true;
  }
  return false;
}

}  // namespace winnow::tasks
