#include "tasks/families/families.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "outcome/try.h"
#include "tasks/selection/chunks.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::TextList;

template <typename Kin>
bool is_root(const Kin& kin, const Relative& relative) {
  return relative.parent.empty() || !kin.contains(relative.parent);
}

enum class End { root, circle, too_far };

struct Climbed {
  End end = End::root;
  std::string root = {};
};

template <typename Kin>
Climbed root_of(const Kin& kin, const std::string& key, int most) {
  const auto* at = &kin.find(key)->second;
  for (int steps = 0; steps <= most; ++steps) {
    if (at->parent.empty()) return {.root = at->key};
    const auto parent = kin.find(at->parent);
    if (parent == kin.end()) return {.root = at->key};
    at = &parent->second;
    if (static_cast<std::size_t>(steps) > kin.size()) return {.end = End::circle};
  }
  return {.end = End::too_far};
}

}  // namespace

struct Families::Descent {
  Family family;
  bool too_deep = false;
};

// The rows and so many levels of their ancestors. What is missing has no row.
Outcome<Families::Kin> Families::climb(Connection& connection, const TextList& keys,
                                       int levels) const {
  Kin kin;
  std::unordered_set<std::string> asked;
  TextList frontier;
  for (const auto& key : keys) {
    if (asked.insert(key).second) frontier.push_back(key);
  }
  for (int level = 0; !frontier.empty() && level <= levels; ++level) {
    TextList parents;
    WINNOW_CHECK(in_chunks(frontier, kKeysAtOnce, [&](TextList chunk) {
      return connection.query(statements_.by_keys(std::move(chunk)), [&](const database::Row& row) {
        auto relative = statements_.read(row);
        // A collation may take another key for the same.
        if (!asked.contains(relative.key)) return true;
        const auto& parent = relative.parent;
        if (!parent.empty() && asked.insert(parent).second) parents.push_back(parent);
        auto key = relative.key;
        kin.insert_or_assign(std::move(key), std::move(relative));
        return true;
      });
    }));
    frontier = std::move(parents);
  }
  return kin;
}

Outcome<void> Families::read_children(Connection& connection, const TextList& parents,
                                      const Take& take) const {
  return in_chunks(parents, kKeysAtOnce, [&](const TextList& keys) -> Outcome<void> {
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
Outcome<std::vector<Families::Descent>> Families::descend(Connection& connection,
                                                          std::vector<Relative> roots) const {
  std::vector<Descent> descents(roots.size());
  std::unordered_map<std::string, std::size_t> family_of;
  TextList frontier;
  for (std::size_t at = 0; at < roots.size(); ++at) {
    frontier.push_back(roots[at].key);
    family_of.emplace(roots[at].key, at);
    descents[at].family.rows.push_back(std::move(roots[at]));
  }
  const auto most = descents.size() > 1 ? kMostAtOnce : kLargest;
  for (int level = 1; !frontier.empty(); ++level) {
    TextList children;
    WINNOW_CHECK(read_children(connection, frontier, [&](Relative child) {
      const auto at = family_of.at(child.parent);
      if (level > kDeepest) descents[at].too_deep = true;
      if (level > kDeepest || !family_of.emplace(child.key, at).second) return;
      child.level = level;
      children.push_back(child.key);
      descents[at].family.rows.push_back(std::move(child));
    }));
    frontier = std::move(children);
    if (family_of.size() <= most) continue;
    if (descents.size() == 1) break;
    return fail(Failure{.kind = FailureKind::internal,
                        .message = "the families of these executions are too many at once",
                        .blame = Blame::number_of_rows});
  }
  return descents;
}

Outcome<bool> Families::keeps(Connection& connection, const Relative& relative) const {
  if (newest_ == nullptr) return false;
  return newest_->keeps(connection, relative.deleted, *relative.of, relative.key);
}

// Says why the family stays, where it does.
Outcome<void> Families::judge(Connection& connection, Descent& descent) const {
  auto& family = descent.family;
  const auto& rows = family.rows;
  if (rows.size() > kLargest) {
    family.stays = "its family has more than " + std::to_string(kLargest) + " executions";
  } else if (descent.too_deep) {
    family.stays = "its family is more than " + std::to_string(kDeepest) + " levels deep";
  }
  const auto& ended = statements_.states();
  for (std::size_t at = 1; at < rows.size() && family.stays.empty(); ++at) {
    const auto& member = rows[at];
    const auto child = "its subflow execution \"" + member.key + "\"";
    family.kept_by = at;
    if (std::find(ended.begin(), ended.end(), member.state) == ended.end()) {
      family.stays = child + " is " + member.state;
    } else if (!member.may_go) {
      family.stays =
          child + " is newer than the date up to which executions go, or the policy keeps it";
    } else {
      WINNOW_TRY(const bool newest, keeps(connection, member));
      if (newest) family.stays = "keepLast keeps " + child;
    }
  }
  if (family.stays.empty()) family.kept_by = 0;
  return {};
}

// Empty: its root is selected too, and the row goes or stays with it.
Outcome<std::string> Families::why_beside(Connection& connection, const Kin& kin,
                                          const std::string& key) const {
  const auto climbed = root_of(kin, key, kDeepest);
  if (climbed.end == End::circle) return std::string("it descends from itself");
  if (climbed.end == End::too_far) {
    return "it is more than " + std::to_string(kDeepest) + " levels below its root";
  }
  const auto& root = kin.find(climbed.root)->second;
  const auto family = "it belongs to the family of \"" + climbed.root + "\"";
  if (!root.selected) return family + ", which is not selected";
  WINNOW_TRY(const bool newest, keeps(connection, root));
  return newest ? family + ", which keepLast keeps" : std::string();
}

Outcome<std::int64_t> Families::count_selected(Connection& connection, const Family& family) const {
  std::int64_t selected = 0;
  for (const auto& member : family.rows) {
    if (!member.selected) continue;
    WINNOW_TRY(const bool newest, keeps(connection, member));
    if (!newest) ++selected;
  }
  return selected;
}

Outcome<FamiliesOfRows> Families::of(Connection& connection, const TextList& keys) const {
  WINNOW_TRY(const auto kin, climb(connection, keys, kDeepest));
  FamiliesOfRows found;
  std::vector<Relative> roots;
  for (const auto& key : keys) {
    const auto own = kin.find(key);
    if (own == kin.end()) continue;
    if (is_root(kin, own->second)) {
      roots.push_back(own->second);
      continue;
    }
    WINNOW_TRY(auto why, why_beside(connection, kin, key));
    if (!why.empty()) found.beside.emplace_back(key, std::move(why));
  }
  WINNOW_TRY(found.families, of_roots(connection, std::move(roots)));
  return found;
}

Outcome<std::vector<Relative>> Families::roots(Connection& connection, const TextList& keys) const {
  WINNOW_TRY(const auto kin, climb(connection, keys, 1));
  std::vector<Relative> roots;
  std::unordered_set<std::string_view> met;
  for (const auto& key : keys) {
    const auto own = kin.find(key);
    const bool fits = own != kin.end() && is_root(kin, own->second);
    if (fits && met.insert(key).second) roots.push_back(own->second);
  }
  return roots;
}

Outcome<std::vector<Family>> Families::of_roots(Connection& connection,
                                                std::vector<Relative> roots) const {
  WINNOW_TRY(auto descents, descend(connection, std::move(roots)));
  std::vector<Family> families;
  families.reserve(descents.size());
  for (auto& descent : descents) {
    WINNOW_CHECK(judge(connection, descent));
    auto& family = families.emplace_back(std::move(descent.family));
    if (family.stays.empty()) continue;
    WINNOW_TRY(family.selected, count_selected(connection, family));
  }
  return families;
}

}  // namespace winnow::tasks
