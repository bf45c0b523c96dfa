#include "tasks/purge/source.h"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace winnow::tasks {
namespace {

using database::Connection;
using database::Dialect;
using database::SqlWriter;
using database::Statement;

// Keys that are read at once: under ten megabytes of memory. PostgreSQL sorts all that is left for
// each page where it takes the index by state for the better one, so that pages have to be few.
constexpr std::int64_t kPage = 40'000;

}  // namespace

BatchSource::BatchSource(const Manifest& manifest, const Selection& selection,
                         const PurgeSteps& steps, RowLock lock)
    : manifest_(manifest),
      selection_(selection),
      steps_(steps),
      order_(selection.table().column(manifest.order)),
      lock_(lock) {}

void BatchSource::write_identity(SqlWriter& writer) const {
  const auto& dialect = writer.dialect();
  writer.text("SELECT e." + dialect.quoted("key"));
  if (steps_.needs_identity()) {
    writer.text(", e." + dialect.quoted("tenant_id") + ", e." + dialect.quoted("namespace") +
                ", e." + dialect.quoted("flow_id"));
  }
}

void BatchSource::write_from(SqlWriter& writer) const {
  writer.text(" FROM ").table(selection_.table()).text(" AS e WHERE ");
}

Statement BatchSource::page(const Dialect& dialect, std::optional<bool> deleted,
                            const std::optional<Position>& after, std::int64_t limit) const {
  SqlWriter writer(dialect);
  write_identity(writer);
  writer.text(", " + dialect.as_cursor("e", *order_));
  write_from(writer);
  // Where a lock decides, it alone opens documents.
  selection_.write(writer, "e", deleted,
                   lock_ == RowLock::none ? Certainty::all : Certainty::possible);
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
  return writer.take();
}

Statement BatchSource::first_statement(const Dialect& dialect, std::optional<bool> deleted,
                                       std::int64_t limit) const {
  return page(dialect, deleted, std::nullopt, std::max(limit, kPage));
}

Statement BatchSource::lock_statement(const Dialect& dialect, const Batch& batch) const {
  SqlWriter writer(dialect);
  writer.text("SELECT e." + dialect.quoted("key"));
  write_from(writer);
  dialect.any_key(writer, "e", selection_.table(), *selection_.table().column("key"),
                  keys_of(batch.rows));
  // Inside CASE no condition can lead a server to another index than the key's.
  writer.text(" AND CASE WHEN ");
  selection_.write(writer, "e", batch.deleted);
  writer.text(" THEN 1 ELSE 0 END = 1");
  writer.text(" ORDER BY e." + dialect.quoted("key") + " ");
  if (lock_ == RowLock::skipping) writer.text(dialect.lock_skipping_locked());
  if (lock_ == RowLock::waiting) writer.text(dialect.lock_waiting());
  return writer.take();
}

Statement BatchSource::count_statement(const Dialect& dialect, std::optional<bool> deleted,
                                       std::optional<std::int64_t> most) const {
  SqlWriter writer(dialect);
  writer.text("SELECT count(*)");
  if (most) writer.text(" FROM (SELECT 1 AS one");
  write_from(writer);
  selection_.write(writer, "e", deleted);
  if (!most) return writer.take();
  writer.text(" LIMIT ").bind(*most).text(") AS selected");
  return writer.take();
}

BatchRow BatchSource::row_of(const database::Row& row) {
  BatchRow taken{.key = std::string(row.text(0).value_or(""))};
  if (steps_.needs_identity()) taken.of = flow_of(row);
  return taken;
}

// The same for all rows of a flow: a page of them costs little more than its keys.
std::shared_ptr<const FlowOf> BatchSource::flow_of(const database::Row& row) {
  std::string name;
  for (const std::size_t column : {1U, 2U, 3U}) {
    const auto text = row.text(column);
    name += text ? "+" : "-";
    name += text.value_or("");
    name += '\0';
  }
  auto& flow = flows_[std::move(name)];
  if (flow) return flow;
  FlowOf made{.tenant = {},
              .name_space = std::string(row.text(2).value_or("")),
              .flow = std::string(row.text(3).value_or(""))};
  if (const auto tenant = row.text(1)) made.tenant = std::string(*tenant);
  flow = std::make_shared<const FlowOf>(std::move(made));
  return flow;
}

Outcome<Batch> BatchSource::next(Connection& connection, std::int64_t limit) {
  const std::lock_guard guard(mutex_);
  if (handed_out_ == page_.rows.size()) {
    if (auto read = read_page(connection, limit); !read) return fail(read.error());
  }
  const auto from = page_.rows.begin() + static_cast<std::ptrdiff_t>(handed_out_);
  const auto count = std::min(limit, static_cast<std::int64_t>(page_.rows.end() - from));
  handed_out_ += static_cast<std::size_t>(count);
  return Batch{.deleted = page_.deleted,
               .rows = {std::move_iterator(from), std::move_iterator(from + count)}};
}

Outcome<void> BatchSource::read_page(Connection& connection, std::int64_t limit) {
  const auto& branches = selection_.deleted_branches();
  for (; branch_ < branches.size(); ++branch_, position_.reset()) {
    page_ = Batch{.deleted = branches[branch_]};
    handed_out_ = 0;
    flows_.clear();
    Position last;
    auto queried = connection.query(
        page(connection.dialect(), page_.deleted, position_, std::max(limit, kPage)),
        [&](const database::Row& row) {
          page_.rows.push_back(row_of(row));
          last.key = page_.rows.back().key;
          last.order = row.text(row.size() - 1).value_or("");
          return true;
        });
    if (!queried) {
      page_.rows.clear();  // it is read again from where the last whole page ended
      return queried;
    }
    if (page_.rows.empty()) continue;
    position_ = std::move(last);
    return {};
  }
  page_ = Batch{};
  handed_out_ = 0;
  return {};
}

Outcome<Batch> BatchSource::lock(Connection& connection, const Batch& batch) const {
  if (auto begun = connection.begin(); !begun) return fail(begun.error());
  std::unordered_map<std::string_view, const BatchRow*> rows;
  for (const auto& row : batch.rows) rows.emplace(row.key, &row);
  Batch locked{.deleted = batch.deleted};
  auto queried =
      connection.query(lock_statement(connection.dialect(), batch), [&](const database::Row& row) {
        const auto found = rows.find(row.text(0).value_or(""));
        if (found != rows.end()) locked.rows.push_back(*found->second);
        return true;
      });
  if (!queried) return fail(queried.error());
  return locked;
}

void BatchSource::rewind() {
  const std::lock_guard guard(mutex_);
  branch_ = 0;
  position_.reset();
  page_ = Batch{};
  handed_out_ = 0;
}

Outcome<bool> BatchSource::any_left(Connection& connection) const {
  for (const auto deleted : selection_.deleted_branches()) {
    bool found = false;
    SqlWriter writer(connection.dialect());
    writer.text("SELECT 1");
    write_from(writer);
    selection_.write(writer, "e", deleted);
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
