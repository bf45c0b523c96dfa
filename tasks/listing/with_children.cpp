#include "tasks/listing/with_children.h"

#include <algorithm>
#include <string_view>
#include <tuple>
#include <unordered_set>

#include "document/json_text.h"
#include "outcome/try.h"

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

}  // namespace winnow::tasks
