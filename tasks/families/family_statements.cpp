#include "tasks/families/family_statements.h"

#include <algorithm>
#include <array>
#include <utility>

#include "outcome/try.h"
#include "tasks/selection/row_key.h"

namespace winnow::tasks {
namespace {

using database::SqlWriter;
using database::Statement;
using database::TextList;

// `trigger.variables.executionId` of the document: what began it.
constexpr const char* kBegunBy = "trigger_execution_id";
// The execution that an iteration of a Loop task belongs to; in executions of other kinds the one
// that a replay repeats (Kestra 2.0).
constexpr const char* kParent = "parent_id";
constexpr std::string_view kTrue = "t";

// The tasks that run subflows, by the names that Kestra writes as their executions' trigger
// (ExecutableUtils.subflowExecution), to 0.16 among them.
constexpr std::array<std::string_view, 5> kSubflowTasks{
    "io.kestra.plugin.core.flow.Subflow", "io.kestra.plugin.core.flow.ForEachItem",
    "io.kestra.core.tasks.flows.Subflow", "io.kestra.core.tasks.flows.Flow",
    "io.kestra.core.tasks.flows.ForEachItem"};

// ForEachItem runs its subflows by a class inside of its own.
bool is_subflow_task(std::string_view type) {
  return std::find(kSubflowTasks.begin(), kSubflowTasks.end(), type.substr(0, type.find('$'))) !=
         kSubflowTasks.end();
}

}  // namespace

Outcome<FamilyStatements> FamilyStatements::make(FamilyTerms terms, const database::Schema& schema,
                                                 const database::Dialect& dialect) {
  WINNOW_TRY(auto selected, Selection::make(std::move(terms.selected), schema));
  WINNOW_TRY(auto members, Selection::make(std::move(terms.members), schema));
  FamilyStatements statements(std::move(selected), std::move(members), dialect);
  const auto& table = statements.table();
  for (const char* needed : {"key", "value", "flow_id", kBegunBy}) {
    WINNOW_CHECK(table.require(needed));
  }
  statements.split_ = std::move(terms.split);
  statements.state_ = std::move(terms.ended.column);
  statements.states_ = std::move(terms.ended.values);
  statements.parents_ = {kBegunBy};
  const bool has_loops = table.column(kParent) != nullptr && table.column("kind") != nullptr;
  if (has_loops) statements.parents_.emplace_back(kParent);
  for (const auto& parent : statements.parents_) {
    WINNOW_CHECK(refuse_for(table, problem_of_ids(*table.column(parent))));
  }
  return statements;
}

std::string FamilyStatements::column(std::string_view name) const {
  return database::qualified(*dialect_, "e", name);
}

void FamilyStatements::write_flag(SqlWriter& writer, const Selection& selection) const {
  const char* separator = "CASE WHEN (";
  for (const auto deleted : selection.deleted_branches()) {
    writer.text(separator);
    selection.write(writer, "e", deleted);
    separator = ") OR (";
  }
  writer.text(") THEN 't' ELSE 'f' END");
}

// In the order of read().
void FamilyStatements::write_select(SqlWriter& writer) const {
  const auto& scope = selected_.scope();
  writer.text("SELECT " + column("key"));
  for (const auto& name : {scope.tenant_column, scope.namespace_column, std::string("flow_id")}) {
    writer.text(", " + column(name));
  }
  const auto& state = *table().column(state_);
  writer.text(", " + dialect_->as_text("e", state, {}) + ", ");
  write_flag(writer, selected_);
  writer.text(", ");
  write_flag(writer, members_);
  writer.text(", CASE WHEN " + (split_.empty() ? "1 = 0" : column(split_) + " IS NOT NULL"));
  writer.text(" THEN 't' ELSE 'f' END, ");
  const auto* deleted = table().column("deleted");
  writer.text(deleted == nullptr ? "NULL" : "CASE WHEN " + column("deleted"));
  if (deleted != nullptr) writer.text(" THEN 't' ELSE 'f' END");
  const auto begun_by = column(kBegunBy);
  const std::array<std::string, 2> type{"trigger", "type"};
  writer.text(", " + begun_by + ", CASE WHEN " + begun_by + " IS NULL THEN NULL ELSE ");
  writer.text(dialect_->document_text(column("value"), type) + " END");
  if (parents_.size() > 1) writer.text(", " + column(kParent) + ", " + column("kind"));
  writer.text(" FROM ").table(table()).text(" AS e WHERE ");
}

Relative FamilyStatements::read(const database::Row& row) const {
  std::size_t next = 0;
  const auto text = [&] { return std::string(row.text(next++).value_or("")); };
  const auto flag = [&] { return row.text(next++) == kTrue; };
  Relative relative;
  relative.key = text();
  FlowOf flow;
  if (const auto tenant = row.text(next++)) flow.tenant = std::string(*tenant);
  flow.name_space = text();
  flow.flow = text();
  relative.of = std::make_shared<const FlowOf>(std::move(flow));
  relative.state = text();
  relative.selected = flag();
  relative.may_go = flag();
  relative.has_split_value = flag();
  if (const auto deleted = row.text(next++)) relative.deleted = *deleted == kTrue;
  const auto begun_by = text();
  const auto type = text();
  if (is_subflow_task(type)) relative.parent = begun_by;
  if (parents_.size() == 1) return relative;
  const auto parent = text();
  // It has its parent's trigger.
  if (text() == "LOOP" && !parent.empty()) relative.parent = parent;
  return relative;
}

// Inside CASE no condition can lead a server to another index than the key's.
Statement FamilyStatements::by_keys(TextList keys) const {
  SqlWriter writer(*dialect_);
  write_select(writer);
  dialect_->any_key(writer, "e", table(), *table().column("key"), std::move(keys));
  const char* separator = " AND CASE WHEN (";
  for (const auto deleted : members_.deleted_branches()) {
    writer.text(separator);
    members_.write_scope(writer, "e", deleted);
    separator = ") OR (";
  }
  return writer.text(") THEN 1 ELSE 0 END = 1").take();
}

Statement FamilyStatements::children_by(const std::string& parent, std::optional<bool> deleted,
                                        TextList parents) const {
  SqlWriter writer(*dialect_);
  write_select(writer);
  members_.write_scope(writer, "e", deleted);
  writer.text(" AND ");
  dialect_->any_key(
      writer, "e", table(), *table().column(parent), std::move(parents),
      deleted.value_or(true) ? database::DeletedRows::included : database::DeletedRows::excluded);
  return writer.take();
}

std::vector<Statement> FamilyStatements::children(const TextList& parents) const {
  std::vector<Statement> statements;
  for (const auto& parent : parents_) {
    for (const auto deleted : members_.deleted_branches()) {
      statements.push_back(children_by(parent, deleted, parents));
    }
  }
  return statements;
}

Statement FamilyStatements::lock(TextList keys) const {
  SqlWriter writer(*dialect_);
  writer.text("SELECT " + column("key") + " FROM ").table(table()).text(" AS e WHERE ");
  dialect_->any_key(writer, "e", table(), *table().column("key"), std::move(keys));
  writer.text(" AND ");
  write_flag(writer, members_);
  writer.text(" = 't' ORDER BY " + column("key") + " ").text(dialect_->lock_skipping_locked());
  return writer.take();
}

// PostgreSQL's index on the parent has only rows that have one, and serves all the same.
std::vector<PlannedStatement> FamilyStatements::planned(const TextList& keys) const {
  const auto& name = table().name;
  std::vector<PlannedStatement> planned{{.purpose = "look for parents of rows of " + name,
                                         .statement = by_keys(keys),
                                         .need = {.table = &table(), .column = "key"}}};
  for (const auto& parent : parents_) {
    for (const auto deleted : members_.deleted_branches()) {
      auto purpose = "look for children of rows of " + name;
      purpose.append(", ").append(parent).append(branch_name(deleted));
      planned.push_back({.purpose = std::move(purpose),
                         .statement = children_by(parent, deleted, keys),
                         .need = {.table = &table(),
                                  .scope = members_.scope_columns(),
                                  .column = parent == kParent ? "" : parent}});
    }
  }
  return planned;
}

PlannedStatement FamilyStatements::planned_lock(TextList keys) const {
  return {.purpose = "lock children in " + table().name,
          .statement = lock(std::move(keys)),
          .need = {.table = &table(), .column = "key"}};
}

}  // namespace winnow::tasks
