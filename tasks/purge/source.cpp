#include "tasks/purge/source.h"

#include <algorithm>

#include "document/strings.h"
#include "outcome/try.h"
#include "tasks/purge/family_batches.h"
#include "tasks/purge/shards.h"

namespace winnow::tasks {
namespace {

// Batches of fewer rows at the end cost more than a connection that waits for another's.
constexpr std::int64_t kLeastShare = 200;

}  // namespace

using database::Connection;

BatchRow BatchSource::row_of(const database::Row& row) {
  const auto& columns = statements_.page_columns();
  BatchRow taken{.key = std::string(row.text(columns.key).value_or(""))};
  if (columns.split) taken.has_split_value = row.text(*columns.split) == PurgeStatements::kHasValue;
  if (columns.place) {
    if (const auto place = row.text(*columns.place)) {
      taken.place = std::make_shared<const std::string>(*place);
    }
  }
  if (columns.flow) {
    const auto from = *columns.flow;
    taken.of =
        flows_.of(row.text(from), row.text(from + 1).value_or(""), row.text(from + 2).value_or(""));
  }
  if (columns.part) {
    taken.part =
        document::number_of<std::int32_t>(row.text(*columns.part).value_or("")).value_or(-1);
  }
  return taken;
}

Outcome<Batch> BatchSource::next(Connection& connection, std::int64_t limit, std::int32_t workers) {
  if (families_ == nullptr) return picked(connection, limit, workers);
  Batch met;
  while (true) {
    WINNOW_TRY(auto batch, picked(connection, limit, workers));
    const bool ended = batch.rows.empty();
    if (!ended) WINNOW_CHECK(complete(connection, batch));
    met.deleted = batch.deleted;
    met.rows = std::move(batch.rows);
    met.kept.insert(met.kept.end(), batch.kept.begin(), batch.kept.end());
    met.kept.resize(std::min(met.kept.size(), SkippedRows::kNamed));
    met.kept_count += batch.kept_count;
    if (ended || !met.rows.empty()) return met;
  }
}

// Where their families are too many at once, fewer rows are looked at. A failure hands out nothing.
Outcome<void> BatchSource::complete(Connection& connection, Batch& batch) {
  while (true) {
    const auto completed = complete_families(*families_, connection, batch);
    if (completed) return {};
    const bool divisible =
        completed.error().blame == Blame::number_of_rows && batch.rows.size() > 1;
    if (!divisible) {
      give_back(std::move(batch));
      return completed;
    }
    const auto half = batch.rows.begin() + static_cast<std::ptrdiff_t>(batch.rows.size() / 2);
    give_back({.deleted = batch.deleted,
               .rows = {std::move_iterator(half), std::move_iterator(batch.rows.end())}});
    batch.rows.erase(half, batch.rows.end());
  }
}

void BatchSource::give_back(Batch batch) {
  const std::lock_guard guard(mutex_);
  returned_.push_back(std::move(batch));
}

Outcome<Batch> BatchSource::picked(Connection& connection, std::int64_t limit,
                                   std::int32_t workers) {
  const std::lock_guard guard(mutex_);
  if (!returned_.empty()) {
    auto batch = std::move(returned_.back());
    returned_.pop_back();
    return batch;
  }
  while (true) {
    if (handed_out_ == page_.rows.size()) WINNOW_CHECK(read_page(connection));
    if (page_.rows.empty()) return Batch{};
    WINNOW_TRY(auto rows, going(connection, share(limit, workers)));
    if (!rows.empty()) return Batch{.deleted = page_.deleted, .rows = std::move(rows)};
  }
}

// The next rows of the page without those that stay. Flows are looked at no earlier than their rows
// are wanted: a page may have tens of thousands of them. A failure hands out nothing.
Outcome<std::vector<BatchRow>> BatchSource::going(Connection& connection, std::int64_t limit) {
  std::vector<std::size_t> places;
  auto at = handed_out_;
  // Of one shard: that is one transaction of one server.
  const auto shard = page_.rows[at].shard;
  for (; at < page_.rows.size() && std::ssize(places) < limit; ++at) {
    if (page_.rows[at].shard != shard) break;
    bool stays = false;
    if (newest_ != nullptr) {
      WINNOW_TRY(stays,
                 newest_->keeps(connection, page_.deleted, *page_.rows[at].of, page_.rows[at].key));
    }
    if (!stays) places.push_back(at);
  }
  std::vector<BatchRow> rows;
  rows.reserve(places.size());
  for (const auto place : places) rows.push_back(std::move(page_.rows[place]));
  handed_out_ = at;
  return rows;
}

// A page that is more than a limit of the server allows is asked for again, smaller, and so are all
// that follow.
Outcome<void> BatchSource::read_page(Connection& connection) {
  while (true) {
    auto read = read_page_of(connection, page_size_);
    if (read || read.error().blame != Blame::number_of_rows || page_size_ == kSmallestPage) {
      return read;
    }
    page_size_ = std::max(page_size_ / 4, kSmallestPage);
  }
}

// What a failure leaves out is read again from where the last whole page ended.
Outcome<void> BatchSource::read_page_of(Connection& connection, std::int64_t rows) {
  if (found_ != nullptr) return take_page(rows);
  const auto& branches = selection_.deleted_branches();
  while (branch_ < branches.size()) {
    page_ = Batch{.deleted = branches[branch_]};
    handed_out_ = 0;
    flows_.clear();
    PurgeStatements::Position last;
    auto read = connection.query(
        statements_.page(page_.deleted, position_, rows), [&](const database::Row& row) {
          page_.rows.push_back(row_of(row));
          last.key = page_.rows.back().key;
          last.order = row.text(statements_.page_columns().order).value_or("");
          return true;
        });
    const auto count = static_cast<std::int64_t>(page_.rows.size());
    if (read) read = order_by_shard(connection, statements_.table(), page_.rows);
    if (!read) {
      page_.rows.clear();
      return read;
    }
    if (count < rows) {
      ++branch_;
      position_.reset();
    } else {
      position_ = std::move(last);
    }
    if (!page_.rows.empty()) return {};
  }
  page_ = Batch{};
  handed_out_ = 0;
  return {};
}

Outcome<void> BatchSource::take_page(std::int64_t rows) {
  handed_out_ = 0;
  WINNOW_TRY(page_, found_->take(static_cast<std::size_t>(rows)));
  if (!page_.rows.empty()) return {};
  found_ = nullptr;
  branch_ = selection_.deleted_branches().size();
  return {};
}

std::int64_t BatchSource::share(std::int64_t limit, std::int32_t workers) const {
  const auto left = std::ssize(page_.rows) - static_cast<std::int64_t>(handed_out_);
  const bool is_last_page = std::ssize(page_.rows) < page_size_;
  if (workers == 1 || !is_last_page) return limit;
  return std::min(limit, std::max(kLeastShare, left / (std::int64_t{2} * workers)));
}

std::size_t BatchSource::at_hand() {
  const std::lock_guard guard(mutex_);
  std::size_t rows = page_.rows.size() - handed_out_;
  for (const auto& batch : returned_) rows += batch.rows.size();
  return rows;
}

bool BatchSource::has_more() {
  const std::lock_guard guard(mutex_);
  return !returned_.empty() || handed_out_ < page_.rows.size() ||
         branch_ < selection_.deleted_branches().size();
}

void BatchSource::rewind() {
  const std::lock_guard guard(mutex_);
  found_ = nullptr;
  branch_ = 0;
  position_.reset();
  page_ = Batch{};
  handed_out_ = 0;
  returned_.clear();
}

}  // namespace winnow::tasks
