#include "tasks/selection/unserved.h"

#include <algorithm>
#include <optional>

#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

std::string name_of(const Selection& selection, const OneOf& one) {
  if (one.document.empty() || selection.table().column(one.column) != nullptr) return one.column;
  std::string path = "value";
  for (const auto& step : one.document) path += "." + step;
  return path;
}

// Whether an index finds the rows that the condition means.
bool is_served(const Selection& selection, const OneOf& one) {
  if (one.negated || selection.table().column(one.column) == nullptr) return false;
  const bool open = std::any_of(one.patterns.begin(), one.patterns.end(),
                                [](const auto& pattern) { return pattern.prefix().empty(); });
  if (open) return false;
  const bool by_key = selection.table().index_on({one.column}) != nullptr;
  return by_key || serving_index({.table = &selection.table(),
                                  .scope = selection.scope_columns(),
                                  .column = one.column}) != nullptr;
}

// PostgreSQL's index on the labels is one on an expression, and no B-tree.
bool is_served(const Selection& selection, const HasLabel& label) {
  const auto& indexes = selection.table().indexes;
  return !label.negated && std::any_of(indexes.begin(), indexes.end(), [](const auto& index) {
    return !index.ordered && index.columns == std::vector<std::string>{""};
  });
}

// Nothing where an index serves it, or where it is none of these conditions.
std::optional<std::string> unserved(const Selection& selection, const Condition& condition) {
  if (const auto* one = std::get_if<OneOf>(&condition)) {
    if (is_served(selection, *one)) return std::nullopt;
    return name_of(selection, *one);
  }
  const auto* label = std::get_if<HasLabel>(&condition);
  if (label == nullptr || is_served(selection, *label)) return std::nullopt;
  return "the label \"" + label->key + "\"";
}

}  // namespace

std::vector<std::string> notes_on_unserved(const Selection& selection, std::string_view walked) {
  const auto& table = selection.table();
  std::vector<std::string> notes;
  for (const auto& condition : selection.scope().conditions) {
    const auto name = unserved(selection, condition);
    if (!name) continue;
    auto note =
        "no index leads to this filter on " + *name + ": it is read in each row that the run meets";
    if (!walked.empty()) note += " by the index of " + std::string(walked);
    note += ", at most all of \"" + table.name + "\"";
    if (table.estimated_rows >= 0) {
      note += ", about " + std::to_string(table.estimated_rows) + " rows";
    }
    notes.push_back(std::move(note));
  }
  return notes;
}

}  // namespace winnow::tasks
