#include "tasks/listing/with_children.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_set>

#include "document/json_text.h"
#include "outcome/try.h"
#include "tasks/listing/listing.h"

namespace winnow::tasks {
namespace {

using Keys = std::unordered_set<std::string_view>;

Json as_json(const Relative& child, const Keys& hidden) {
  return {{"id", child.key},
          {"parentId", hidden.contains(child.parent) ? Json(nullptr) : Json(child.parent)},
          {"namespace", child.of->name_space},
          {"flowId", child.of->flow},
          {"state", child.state}};
}

// `{"id":"a"}` with further members.
void append_members(std::string& row, const std::string& members) {
  if (members.empty()) return;
  row.pop_back();
  if (row != "{") row += ',';
  row += members;
  row += '}';
}

}  // namespace

// Those near the root first.
Json Children::children_of(const Family& family) const {
  std::vector<const Relative*> shown;
  Keys hidden;
  for (std::size_t at = 1; at < family.rows.size(); ++at) {
    const auto& child = family.rows[at];
    if (check_namespace(*policy_, child.of->name_space, false)) {
      shown.push_back(&child);
    } else {
      hidden.insert(child.key);
    }
  }
  std::sort(shown.begin(), shown.end(), [](const Relative* one, const Relative* other) {
    return std::tie(one->level, one->key) < std::tie(other->level, other->key);
  });
  shown.resize(std::min(shown.size(), kShown));
  Json children = Json::array();
  for (const auto* child : shown) children.push_back(as_json(*child, hidden));
  return children;
}

// A purge selects no root that may not go: a listing without the purge's filters does.
std::string Children::why_it_stays(const Family& family) const {
  const auto& root = family.root();
  const auto& ended = families_.statements().states();
  if (std::find(ended.begin(), ended.end(), root.state) == ended.end()) {
    return "it is " + root.state;
  }
  const auto& keeper = family.rows[family.kept_by];
  const bool may_be_named =
      family.kept_by == 0 || check_namespace(*policy_, keeper.of->name_space, false).has_value();
  if (root.may_go) return may_be_named ? family.stays : "one of its subflow executions stays";
  return "it is newer than the date up to which executions go, or the policy keeps it";
}

Outcome<std::vector<Children::OfRow>> Children::of(database::Connection& connection,
                                                   const database::TextList& keys) const {
  WINNOW_TRY(auto roots, families_.roots(connection, keys));
  std::vector<OfRow> rows;
  if (look_ == Look::roots_alone) {
    for (auto& root : roots) rows.push_back({.key = std::move(root.key)});
    return rows;
  }
  WINNOW_TRY(const auto families, families_.of_roots(connection, std::move(roots)));
  for (const auto& family : families) {
    const auto why = why_it_stays(family);
    const Json members{{"children", children_of(family)},
                       {"childrenCount", family.rows.size() - 1},
                       {"stays", why.empty() ? Json(nullptr) : Json(why)}};
    const auto text = document::json_line(members);
    rows.push_back({.key = family.root().key, .members = text.substr(1, text.size() - 2)});
  }
  return rows;
}

std::vector<PlannedStatement> Children::planned(std::int64_t rows) const {
  const auto most = std::min(rows, static_cast<std::int64_t>(Families::kKeysAtOnce));
  const auto keys = stand_in_keys(most);
  auto planned = families_.statements().planned(keys);
  if (look_ == Look::roots_alone) planned.resize(1);
  return planned;
}

Outcome<std::int64_t> RowsWithChildren::read(std::int64_t limit,
                                             const RowReader::Handler& handler) {
  if (children_ == nullptr) return rows_.read(limit, handler);
  std::int64_t rows = 0;
  auto at_once = std::min(limit, RowsWithoutNewest::kMostAtOnce);
  while (rows < limit) {
    if (waiting_.empty()) {
      if (ended_) break;
      WINNOW_CHECK(read_more(at_once));
      at_once = std::min(2 * at_once, RowsWithoutNewest::kMostAtOnce);
      continue;
    }
    const auto row = std::move(waiting_.front());
    waiting_.pop_front();
    ++rows;
    WINNOW_TRY(const bool more, handler({.text = row.text, .position = row.position}));
    if (!more) break;
  }
  return rows;
}

// No more than a page has bytes, as RowsWithoutNewest.
Outcome<void> RowsWithChildren::read_more(std::int64_t rows) {
  std::vector<Waiting> read;
  std::size_t bytes = 0;
  bool full = false;
  const auto take = [&](const ListedRow& row) -> Outcome<bool> {
    bytes += row.text.size();
    read.push_back({.text = std::string(row.text), .position = row.position});
    full = bytes > kLongestPage;
    return !full;
  };
  WINNOW_TRY(const auto count, rows_.read(rows, take));
  ended_ = count < rows && !full;
  return add(read);
}

// Where their families are too many at once, fewer rows are looked at.
Outcome<void> RowsWithChildren::add(std::span<Waiting> rows) {
  database::TextList keys;
  for (const auto& row : rows) keys.push_back(row.position.key);
  auto found = children_->of(connection_, keys);
  if (!found && found.error().blame == Blame::number_of_rows && rows.size() > 1) {
    const auto half = rows.size() / 2;
    WINNOW_CHECK(add(rows.first(half)));
    return add(rows.subspan(half));
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
