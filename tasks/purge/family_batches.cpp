#include "tasks/purge/family_batches.h"

#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "outcome/try.h"

namespace winnow::tasks {
namespace {

using database::Connection;

void note(Batch& batch, std::string key, std::string why, std::int64_t rows) {
  batch.kept_count += rows;
  if (rows > 0 && batch.kept.size() < SkippedRows::kNamed) {
    batch.kept.push_back({std::move(key), std::move(why)});
  }
}

void add(Family family, Batch& batch) {
  std::shared_ptr<const std::string> root;
  if (family.rows.size() > 1) root = std::make_shared<const std::string>(family.root().key);
  for (auto member = family.rows.rbegin(); member != family.rows.rend(); ++member) {
    batch.rows.push_back({.key = std::move(member->key),
                          .has_split_value = member->has_split_value,
                          .of = std::move(member->of),
                          .root = root,
                          .level = member->level});
  }
}

}  // namespace

Outcome<void> complete_families(const Families& families, Connection& connection, Batch& batch) {
  WINNOW_TRY(auto found, families.of(connection, keys_of(batch.rows)));
  Batch completed{.deleted = batch.deleted};
  for (auto& [key, why] : found.beside) note(completed, std::move(key), std::move(why), 1);
  for (auto& family : found.families) {
    if (family.stays.empty()) {
      add(std::move(family), completed);
    } else {
      note(completed, family.root().key, std::move(family.stays), family.selected);
    }
  }
  batch = std::move(completed);
  return {};
}

std::vector<BatchRow> whole_families(std::vector<BatchRow> rows,
                                     const std::set<std::string, std::less<>>& keys) {
  std::set<std::string, std::less<>> incomplete;
  for (const auto& row : rows) {
    if (!keys.contains(row.key)) incomplete.insert(row.family());
  }
  std::erase_if(rows, [&](const BatchRow& row) { return incomplete.contains(row.family()); });
  return rows;
}

Outcome<std::vector<BatchRow>> closed_families(const Families& families, Connection& connection,
                                               std::vector<BatchRow> rows) {
  std::unordered_map<std::string_view, const BatchRow*> known;
  for (const auto& row : rows) known.emplace(row.key, &row);
  std::set<std::string, std::less<>> grown;
  WINNOW_CHECK(families.read_children(connection, keys_of(rows), [&](const Relative& child) {
    if (!known.contains(child.key)) grown.insert(known.at(child.parent)->family());
  }));
  std::erase_if(rows, [&](const BatchRow& row) { return grown.contains(row.family()); });
  return rows;
}

}  // namespace winnow::tasks
