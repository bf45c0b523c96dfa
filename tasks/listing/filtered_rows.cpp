#include "tasks/listing/filtered_rows.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "outcome/try.h"
#include "tasks/listing/listing.h"

namespace winnow::tasks {
namespace {

// `{"id":"a"}` with further members.
void append_members(std::string& row, const std::string& members) {
  if (members.empty()) return;
  row.pop_back();
  if (row != "{") row += ',';
  row += members;
  row += '}';
}

}  // namespace

// A row's flow is looked up when the row is wanted; where families are listed too, before them.
Outcome<std::int64_t> FilteredRows::read(std::int64_t limit, const RowReader::Handler& handler) {
  if (newest_ == nullptr && children_ == nullptr) return reader_.read(limit, handler);
  std::int64_t rows = 0;
  auto at_once = std::min(limit, kMostAtOnce);
  while (rows < limit) {
    if (waiting_.empty()) {
      if (ended_) break;
      WINNOW_CHECK(read_more(at_once));
      at_once = std::min(2 * at_once, kMostAtOnce);
      continue;
    }
    const auto row = std::move(waiting_.front());
    waiting_.pop_front();
    if (children_ == nullptr) {
      WINNOW_TRY(const bool left_out, is_left_out(row));
      if (left_out) continue;
    }
    ++rows;
    WINNOW_TRY(const bool more, handler({.text = row.text, .position = row.position}));
    if (!more) break;
  }
  return rows;
}

Outcome<bool> FilteredRows::is_left_out(const Waiting& row) {
  if (newest_ == nullptr) return false;
  return newest_->keeps(connection_, row.deleted, row.flow, row.position.key);
}

// No more than a page has bytes: rows may hold their documents.
Outcome<void> FilteredRows::read_more(std::int64_t rows) {
  std::vector<Waiting> met;
  std::size_t bytes = 0;
  bool full = false;
  const auto take = [&](const ListedRow& row) -> Outcome<bool> {
    bytes += row.text.size();
    met.push_back({.text = std::string(row.text),
                   .position = row.position,
                   .deleted = row.deleted,
                   .flow = row.flow});
    full = bytes > kLongestPage;
    return !full;
  };
  WINNOW_TRY(const auto read, reader_.read(rows, take));
  ended_ = read < rows && !full;
  if (children_ == nullptr) {
    std::move(met.begin(), met.end(), std::back_inserter(waiting_));
    return {};
  }
  std::vector<Waiting> listed;
  for (auto& row : met) {
    WINNOW_TRY(const bool left_out, is_left_out(row));
    if (!left_out) listed.push_back(std::move(row));
  }
  return add_roots(listed);
}

// Where their families are too many at once, fewer rows are looked at.
Outcome<void> FilteredRows::add_roots(std::span<Waiting> rows) {
  database::TextList keys;
  for (const auto& row : rows) keys.push_back(row.position.key);
  auto found = children_->of(connection_, keys);
  if (!found && found.error().blame == Blame::number_of_rows && rows.size() > 1) {
    const auto half = rows.size() / 2;
    WINNOW_CHECK(add_roots(rows.first(half)));
    return add_roots(rows.subspan(half));
  }
  if (!found) return fail(std::move(found.error()));
  auto root = found->begin();
  for (auto& row : rows) {
    if (root == found->end() || root->key != row.position.key) continue;
    append_members(row.text, root->members);
    waiting_.push_back(std::move(row));
    ++root;
  }
  return {};
}

}  // namespace winnow::tasks
