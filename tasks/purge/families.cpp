#include "tasks/purge/families.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::TextList;

// Keys of one lookup.
constexpr std::size_t kKeysAtOnce = 1'000;

template <typename Action>
Outcome<void> in_chunks(const TextList& keys, const Action& action) {
  for (std::size_t from = 0; from < keys.size(); from += kKeysAtOnce) {
    const auto to = std::min(keys.size(), from + kKeysAtOnce);
    WINNOW_CHECK(action(TextList(keys.begin() + static_cast<std::ptrdiff_t>(from),
                                 keys.begin() + static_cast<std::ptrdiff_t>(to))));
  }
  return {};
}

void note(Batch& batch, std::string key, std::string why, std::int64_t rows) {
  batch.kept_count += rows;
  if (rows > 0 && batch.kept.size() < SkippedRows::kNamed) {
    batch.kept.push_back({std::move(key), std::move(why)});
  }
}

}  // namespace

// The root first, children after their parents.
struct Families::Family {
  std::vector<Relative> rows;
  bool too_deep = false;
};

// All of the ancestors, level by level. What is missing has no row.
Outcome<void> Families::climb(Connection& connection, const Batch& batch, Kin& kin) const {
  std::unordered_set<std::string> asked;
  TextList frontier;
  for (const auto& row : batch.rows) {
    if (asked.insert(row.key).second) frontier.push_back(row.key);
  }
  for (int level = 0; !frontier.empty() && level <= kDeepest; ++level) {
    TextList parents;
    WINNOW_CHECK(in_chunks(frontier, [&](TextList keys) {
      return connection.query(statements_.by_keys(std::move(keys)), [&](const database::Row& row) {
        auto relative = statements_.read(row);
        // A collation may take another key for the same.
        if (!asked.contains(relative.row.key)) return true;
        const auto& parent = relative.parent;
        if (!parent.empty() && asked.insert(parent).second) parents.push_back(parent);
        auto key = relative.row.key;
        kin.insert_or_assign(std::move(key), std::move(relative));
        return true;
      });
    }));
    frontier = std::move(parents);
  }
  return {};
}

Outcome<void> Families::read_children(Connection& connection, const TextList& parents,
                                      const Take& take) const {
  return in_chunks(parents, [&](const TextList& keys) -> Outcome<void> {
    const std::unordered_set<std::string_view> asked(keys.begin(), keys.end());
    for (const auto& statement : statements_.children(keys)) {
      WINNOW_CHECK(connection.query(statement, [&](const database::Row& row) {
        auto relative = statements_.read(row);
        if (asked.contains(relative.parent)) take(std::move(relative));
        return true;
      }));
    }
    return {};
  });
}

// A row has one parent, and a root has none: nothing is met twice, whatever circles there are.
Outcome<std::vector<Families::Family>> Families::descend(Connection& connection,
                                                         std::vector<Relative> roots) const {
  std::vector<Family> families(roots.size());
  std::unordered_map<std::string, std::size_t> family_of;
  TextList frontier;
  for (std::size_t at = 0; at < roots.size(); ++at) {
    frontier.push_back(roots[at].row.key);
    family_of.emplace(roots[at].row.key, at);
    families[at].rows.push_back(std::move(roots[at]));
  }
  const auto most = families.size() > 1 ? kMostAtOnce : kLargest;
  for (int level = 0; !frontier.empty(); ++level) {
    TextList children;
    WINNOW_CHECK(read_children(connection, frontier, [&](Relative child) {
      const auto at = family_of.at(child.parent);
      if (level >= kDeepest) families[at].too_deep = true;
      if (level >= kDeepest || !family_of.emplace(child.row.key, at).second) return;
      children.push_back(child.row.key);
      families[at].rows.push_back(std::move(child));
    }));
    frontier = std::move(children);
    if (family_of.size() <= most) continue;
    if (families.size() == 1) break;
    return fail(Failure{.kind = FailureKind::internal,
                        .message = "the families of these executions are too many at once",
                        .blame = Blame::number_of_rows});
  }
  return families;
}

Outcome<bool> Families::keeps(Connection& connection, const Relative& relative) const {
  if (newest_ == nullptr) return false;
  return newest_->keeps(connection, relative.deleted, *relative.row.of, relative.row.key);
}

// Empty: it goes.
Outcome<std::string> Families::why_it_stays(Connection& connection, const Family& family) const {
  if (family.rows.size() > kLargest) {
    return "its family has more than " + std::to_string(kLargest) + " executions";
  }
  if (family.too_deep) {
    return "its family is more than " + std::to_string(kDeepest) + " levels deep";
  }
  const auto& ended = statements_.states();
  for (std::size_t at = 1; at < family.rows.size(); ++at) {
    const auto& member = family.rows[at];
    const auto child = "its subflow execution \"" + member.row.key + "\"";
    const bool has_ended = std::find(ended.begin(), ended.end(), member.state) != ended.end();
    if (!has_ended) return child + " is " + member.state;
    if (!member.may_go) {
      return child + " is newer than the date up to which executions go, or the policy keeps it";
    }
    WINNOW_TRY(const bool newest, keeps(connection, member));
    if (newest) return "keepLast keeps " + child;
  }
  return std::string();
}

// Why a row whose root is another one stays, where the root is not among those that are selected;
// empty: it is, and what becomes of the row is told with it.
Outcome<std::string> Families::why_beside(Connection& connection, const Kin& kin,
                                          const std::string& root) const {
  const auto& found = kin.find(root)->second;
  const auto family = "it belongs to the family of \"" + root + "\"";
  if (!found.selected) return family + ", which is not selected";
  WINNOW_TRY(const bool newest, keeps(connection, found));
  return newest ? family + ", which keepLast keeps" : std::string();
}

// Counts those of its rows that are selected by themselves.
Outcome<void> Families::keep(Connection& connection, const Family& family, std::string why,
                             Batch& batch) const {
  std::int64_t selected = 0;
  for (const auto& member : family.rows) {
    if (!member.selected) continue;
    WINNOW_TRY(const bool newest, keeps(connection, member));
    if (!newest) ++selected;
  }
  note(batch, family.rows.front().row.key, std::move(why), selected);
  return {};
}

namespace {

enum class End { root, circle, too_far };

struct Climbed {
  End end = End::root;
  std::string root = {};
};

template <typename Kin>
Climbed root_of(const Kin& kin, const std::string& key, int most) {
  const auto* at = &kin.find(key)->second;
  for (int steps = 0; steps <= most; ++steps) {
    if (at->parent.empty()) return {.root = at->row.key};
    const auto parent = kin.find(at->parent);
    if (parent == kin.end()) return {.root = at->row.key};
    at = &parent->second;
    if (static_cast<std::size_t>(steps) > kin.size()) return {.end = End::circle};
  }
  return {.end = End::too_far};
}

}  // namespace

Outcome<void> Families::complete(Connection& connection, Batch& batch) const {
  Kin kin;
  WINNOW_CHECK(climb(connection, batch, kin));
  Batch completed{.deleted = batch.deleted};
  std::vector<Relative> roots;
  for (const auto& row : batch.rows) {
    const auto own = kin.find(row.key);
    // It went meanwhile.
    if (own == kin.end()) continue;
    const auto climbed = root_of(kin, row.key, kDeepest);
    if (climbed.end == End::circle) {
      note(completed, row.key, "it descends from itself", 1);
    } else if (climbed.end == End::too_far) {
      note(completed, row.key,
           "it is more than " + std::to_string(kDeepest) + " levels below its root", 1);
    } else if (climbed.root == row.key) {
      roots.push_back(own->second);
    } else {
      WINNOW_TRY(auto why, why_beside(connection, kin, climbed.root));
      if (!why.empty()) note(completed, row.key, std::move(why), 1);
    }
  }
  WINNOW_TRY(auto families, descend(connection, std::move(roots)));
  for (auto& family : families) {
    WINNOW_TRY(auto why, why_it_stays(connection, family));
    if (!why.empty()) {
      WINNOW_CHECK(keep(connection, family, std::move(why), completed));
      continue;
    }
    std::shared_ptr<const std::string> root;
    if (family.rows.size() > 1) {
      root = std::make_shared<const std::string>(family.rows.front().row.key);
    }
    for (auto member = family.rows.rbegin(); member != family.rows.rend(); ++member) {
      completed.rows.push_back(std::move(member->row));
      completed.rows.back().root = root;
    }
  }
  batch = std::move(completed);
  return {};
}

Outcome<std::vector<BatchRow>> Families::closed(Connection& connection,
                                                std::vector<BatchRow> rows) const {
  std::unordered_map<std::string_view, const BatchRow*> known;
  for (const auto& row : rows) known.emplace(row.key, &row);
  std::set<std::string, std::less<>> grown;
  WINNOW_CHECK(read_children(connection, keys_of(rows), [&](const Relative& child) {
    if (!known.contains(child.row.key)) grown.insert(known.at(child.parent)->family());
  }));
  std::erase_if(rows, [&](const BatchRow& row) { return grown.contains(row.family()); });
  return rows;
}

}  // namespace winnow::tasks
