#include "tasks/purge/steps.h"

#include <algorithm>
#include <iterator>

#include "outcome/try.h"
#include "tasks/purge/few_rows.h"
#include "tasks/selection/match.h"
#include "tasks/selection/row_key.h"
#include "tasks/selection/table_probes.h"

namespace winnow::tasks {
namespace {

using database::Connection;
using database::DeletedRows;

std::vector<RowStep> late_of(const std::vector<RowStep>& rows) {
  std::vector<RowStep> steps;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(steps), may_be_late);
  for (auto& step : steps) step.owners = nullptr;
  return steps;
}

// Looks which of the steps' tables have a row, and which have one that is marked deleted: of those
// that are asked about. Where the probes fail, every such table counts as one that has both.
template <class AsksForRows, class AsksForMarked>
void probe(Connection& connection, std::vector<RowStep>& steps, const AsksForRows& asks_for_rows,
           const AsksForMarked& asks_for_marked) {
  std::vector<TableProbe> probes;
  std::vector<RowStep*> probed;
  for (auto& step : steps) {
    if (asks_for_rows(step)) {
      probes.push_back({.table = step.table});
      probed.push_back(&step);
    }
    if (asks_for_marked(step)) {
      probes.push_back({.table = step.table, .deleted_before = step.column});
      probed.push_back(&step);
    }
  }
  const auto found = run_probes(connection, probes);
  for (std::size_t at = 0; at < probes.size(); ++at) {
    const bool any = !found || (*found)[at];
    if (probes[at].deleted_before == nullptr) {
      probed[at]->empty = !any;
    } else {
      probed[at]->deleted = any ? DeletedRows::included : DeletedRows::excluded;
    }
  }
}

// Whether the step's column places its rows as the key of its parent's table places that.
bool lies_elsewhere(const RowStep& row, const database::Table& parent) {
  if (!parent.sharding && !row.table->sharding) return false;
  if (!parent.sharding || !row.table->sharding || row.column == nullptr) return true;
  return row.step->match.kind == Match::Kind::composed_key ||
         row.table->sharding->column != row.column->name || parent.sharding->column != "key" ||
         row.table->sharding->function != parent.sharding->function;
}

}  // namespace

bool may_be_late(const RowStep& step) {
  return step.step->match.kind != Match::Kind::composed_key;
}

IndexNeed need_of(const RowStep& step) {
  if (step.column == nullptr || step.scanned || step.in_one_pass)
    return {.table = step.table, .declared_small = true};
  IndexNeed need{.table = step.table, .column = step.column->name};
  if (step.table->column("deleted") != nullptr) need.scope.emplace_back("deleted");
  if (step.only_column != nullptr) need.scope.push_back(step.only_column->name);
  return need;
}

Outcome<PurgeSteps> PurgeSteps::resolve(const Manifest& manifest, const PurgeRequest& request,
                                        const database::Schema& schema, Connection& connection,
                                        Use use_of_parent) {
  PurgeSteps steps;
  MissingRights rights;
  steps.parent_ = &manifest.steps.back();
  steps.deletes_parent_ = request.deletes_parent;
  steps.have_ended_long_ago_ = end_beside(manifest, request.order) == nullptr;
  WINNOW_TRY(const auto* parent, schema.require(manifest.table));
  if (steps.deletes_parent_) rights.look_at(*parent, use_of_parent);
  for (const auto* step : request.steps) {
    if (step->kind == PurgeStep::Kind::files) {
      steps.files_ = step;
      steps.needs_flow_ = true;
    } else {
      WINNOW_CHECK(steps.add(*step, manifest.table, schema, connection, rights));
    }
  }
  WINNOW_CHECK(rights.check());
  return steps;
}

Outcome<void> PurgeSteps::add(const PurgeStep& step, const std::string& parent_table,
                              const database::Schema& schema, Connection& connection,
                              MissingRights& rights) {
  if (step.optional && schema.table(step.table) == nullptr) return {};
  RowStep row{.step = &step};
  WINNOW_TRY(row.table, schema.require(step.table));
  const auto& match = step.match;
  if (!match.column.empty()) row.column = row.table->column(match.column);
  if (!match.only_column.empty()) row.only_column = row.table->column(match.only_column);
  if (!has_columns_of(*row.table, match)) {
    if (step.optional) return {};
    return fail(FailureKind::schema,
                "table \"" + step.table + "\" lacks the column that leads to its execution");
  }
  WINNOW_TRY(const bool reachable, is_reachable(row, connection));
  if (!reachable) return {};
  WINNOW_CHECK(refuse_for(*row.table, problem_of_deletion(*row.table, connection.dialect())));
  if (row.column != nullptr) WINNOW_CHECK(refuse_for(*row.table, problem_of_ids(*row.column)));
  const auto* key = row.table->column("key");
  const bool by_key = connection.dialect().locks_what_it_reads() && row.column == nullptr;
  if (by_key && key != nullptr) {
    WINNOW_CHECK(refuse_for(*row.table, problem_of_key(*row.table, *key, connection.dialect())));
  }
  rights.look_at(*row.table);
  std::copy_if(match.only_values.begin(), match.only_values.end(),
               std::back_inserter(row.only_values),
               [&](const auto& value) { return row.only_column->can_hold(value); });
  if (row.only_column != nullptr && row.only_values.empty()) return {};
  if (match.kind == Match::Kind::composed_key) needs_flow_ = true;
  row.far = lies_elsewhere(row, *schema.table(parent_table));
  rows_.push_back(std::move(row));
  return {};
}

// False for an optional step that only a scan of a big table could take. A step that has to be
// taken is left to the plan check.
Outcome<bool> PurgeSteps::is_reachable(RowStep& row, Connection& connection) {
  const auto& match = row.step->match;
  if (!row.step->optional || match.kind == Match::Kind::document) return true;
  if (index_serves(*row.table, match)) return true;
  WINNOW_TRY(const bool big, is_big(*row.table, connection));
  row.scanned = !big;
  if (!big) return true;
  auto columns = std::vector{match.column};
  if (!match.only_column.empty()) columns.insert(columns.begin(), match.only_column);
  left_out_.push_back("the rows of table \"" + row.table->name +
                      "\" stay, because no index leads to them; add it: " +
                      connection.dialect().create_index(*row.table, columns));
  return false;
}

bool PurgeSteps::has_far_rows() const {
  return std::any_of(rows_.begin(), rows_.end(), [](const RowStep& step) { return step.far; });
}

bool PurgeSteps::sweeps_late_rows() const {
  return deletes_parent_ && std::any_of(rows_.begin(), rows_.end(), may_be_late);
}

void PurgeSteps::probe_emptiness(Connection& connection) {
  if (!sweeps_late_rows()) return;
  probe(
      connection, rows_,
      [](const RowStep& step) { return may_be_late(step) && step.table->estimated_rows <= 0; },
      [](const RowStep& step) {
        return may_be_late(step) && step.column != nullptr &&
               deleted_leads(*step.table, *step.column);
      });
  if (have_ended_long_ago_) look_into_small_tables(connection, rows_);
}

std::vector<RowStep> PurgeSteps::late() const {
  auto steps = late_of(rows_);
  for (auto& step : steps) {
    step.empty = false;
    step.deleted = DeletedRows::included;
  }
  return steps;
}

std::vector<RowStep> PurgeSteps::late_now(Connection& connection) const {
  auto steps = late_of(rows_);
  probe(
      connection, steps, [](const RowStep& step) { return step.empty; },
      [](const RowStep& step) { return step.deleted == DeletedRows::excluded; });
  std::erase_if(steps, [](const RowStep& step) { return step.empty; });
  return steps;
}

}  // namespace winnow::tasks
