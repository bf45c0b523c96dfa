#include "tasks/purge/plan.h"

#include "outcome/try.h"
#include "tasks/purge/estimate.h"
#include "tasks/purge/source.h"
#include "tasks/selection/removal_limits.h"
#include "tasks/selection/table_probes.h"
#include "tasks/selection/unserved.h"

namespace winnow::tasks {
namespace {

// The server plans a deletion for as many rows as a batch brings.
std::vector<BatchRow> stand_ins(std::int64_t count) {
  const auto flow =
      std::make_shared<const FlowOf>(FlowOf{.tenant = {}, .name_space = "winnow", .flow = "plan"});
  std::vector<BatchRow> rows;
  for (auto& key : stand_in_keys(count)) {
    auto place = std::make_shared<const std::string>(key);
    rows.push_back({.key = std::move(key), .of = flow, .place = std::move(place)});
  }
  return rows;
}

// With a date that every server reads.
PurgeStatements::Position some_position() {
  return {.order = "2000-01-01 00:00:00.000000", .key = "winnow-plan-0"};
}

// Collects statements with what has to serve them.
class Planner {
 public:
  Planner(const Prepared& prepared, const PurgeRequest& request)
      : statements_(*prepared.statements),
        steps_(*prepared.steps),
        selection_(*prepared.selection),
        table_(prepared.selection->table()),
        order_(request.order),
        rows_(stand_ins(request.batch_size)) {}

  void pages(const std::optional<PurgeStatements::Position>& after, const std::string& purpose) {
    for (const auto deleted : selection_.deleted_branches()) {
      add(purpose + table_.name + branch_name(deleted),
          statements_.page(deleted, after, BatchSource::kPage), need_of_selection());
    }
  }

  // In the order of a transaction.
  void batch() {
    const auto hold = statements_.hold();
    const Batch batch{.deleted = selection_.deleted_branches().front(), .rows = rows_};
    const IndexNeed by_key{.table = &table_, .column = "key"};
    switch (hold) {
      case Hold::none:
        break;
      case Hold::deleting:
      case Hold::deleting_waiting:
        add("delete from " + table_.name, statements_.take(batch), by_key);
        break;
      case Hold::skipping:
        add("lock " + table_.name, statements_.take(batch), by_key);
        add("delete from " + table_.name, statements_.delete_rows(taken()), by_key);
        break;
      case Hold::reading:
      case Hold::waiting:
        add("lock " + table_.name, statements_.take(batch), by_key);
        break;
    }
    for (const auto& step : steps_.rows()) {
      if (hold == Hold::none) {
        add("count " + step.table->name, statements_.count_dependents(step, rows_), need_of(step));
      } else if (statements_.finds_first(step)) {
        add("look for rows of " + step.table->name, statements_.find_dependents(step, rows_),
            need_of(step));
        add("delete from " + step.table->name, statements_.delete_found(step, keys_of(rows_)),
            {.table = step.table, .column = "key"});
      } else {
        add("delete from " + step.table->name, statements_.delete_dependents(step, rows_),
            need_of(step));
      }
    }
  }

  void rest() {
    if (statements_.hold() == Hold::none || !steps_.deletes_parent()) return;
    add("look which rows of " + table_.name + " there still are", statements_.remaining(rows_),
        {.table = &table_, .column = "key"});
    for (const auto deleted : selection_.deleted_branches()) {
      add("count what is left of " + table_.name + branch_name(deleted),
          statements_.count_selected(deleted, 1), need_of_selection());
      add("name what is left of " + table_.name + branch_name(deleted),
          statements_.first_selected(deleted, 1), need_of_selection());
    }
    for (auto step : steps_.late()) {
      const auto& name = step.table->name;
      add("look for late rows of " + name, statements_.count_dependents(step, rows_),
          need_of(step));
      if (step.column != nullptr && statements_.dialect().reads_in_one_pass()) {
        auto pass = step;
        pass.in_one_pass = true;
        add("look for late rows of " + name + ", where many executions went",
            statements_.count_dependents(pass, rows_), need_of(pass));
      }
      if (step.column == nullptr || !deleted_leads(*step.table, *step.column)) continue;
      // Where no row is marked deleted.
      step.deleted = database::DeletedRows::excluded;
      add("delete from " + name + ", deleted = false", statements_.delete_dependents(step, rows_),
          need_of(step));
      add("look for late rows of " + name + ", deleted = false",
          statements_.count_dependents(step, rows_), need_of(step));
    }
  }

  const std::vector<BatchRow>& rows() const { return rows_; }
  std::vector<PlannedStatement> take() { return std::move(planned_); }

 private:
  // As a transaction has them.
  std::vector<BatchRow> taken() const {
    auto rows = rows_;
    if (!statements_.taken_address()) return rows;
    for (auto& row : rows) row.address = PurgeStatements::kSomeAddress;
    return rows;
  }
  void add(std::string purpose, database::Statement statement, IndexNeed need) {
    planned_.push_back({.purpose = std::move(purpose),
                        .statement = std::move(statement),
                        .need = std::move(need)});
  }
  IndexNeed need_of_selection() const {
    return {.table = &table_,
            .scope = selection_.scope_columns(),
            .equal = selection_.equal_columns(),
            .column = order_};
  }

  const PurgeStatements& statements_;
  const PurgeSteps& steps_;
  const Selection& selection_;
  const database::Table& table_;
  const std::string& order_;
  std::vector<BatchRow> rows_;
  std::vector<PlannedStatement> planned_;
};

// A plan is for reading: what refuses a run is a note.
Outcome<void> note_limits(const Policy& policy, const PurgeRequest& request,
                          const Prepared& prepared, std::int64_t selected,
                          std::vector<std::string>& notes) {
  const RemovalLimits limits(policy, prepared.selection->table().name, request.at_most);
  auto allowed = limits.check_number(selected);
  if (allowed) {
    allowed = limits.check_share(selected, [&](std::int64_t most) {
      return prepared.selection->count_tenant(*prepared.connection, most);
    });
  }
  if (allowed) return {};
  if (allowed.error().kind != FailureKind::limit) return allowed;
  notes.push_back("a run is refused: " + allowed.error().message);
  return {};
}

void note_drift(const PurgeRequest& request, const Prepared& prepared, std::int64_t selected,
                std::vector<std::string>& notes) {
  if (!request.expected) return;
  const auto& plan = *request.expected;
  const auto note = [&](const Outcome<void>& checked) {
    if (!checked) notes.push_back("a run is refused: " + checked.error().message);
  };
  note(check_tables(plan.terms.tables, hashes_of(prepared.schema)));
  note(check_drift(plan.terms.purges.front().rows, selected, plan.max_drift,
                   "rows of table \"" + prepared.selection->table().name + "\""));
}

}  // namespace

std::vector<PlannedStatement> first_statements(const Prepared& prepared,
                                               const PurgeRequest& request) {
  Planner planner(prepared, request);
  planner.pages(std::nullopt, "select ");
  planner.batch();
  auto statements = planner.take();
  if (prepared.newest) statements.push_back(prepared.newest->planned());
  if (prepared.families) {
    const auto keys = keys_of(planner.rows());
    const auto& families = prepared.families->statements();
    for (auto& planned : families.planned(keys)) statements.push_back(std::move(planned));
    const bool locks = prepared.statements->hold() != Hold::none;
    if (locks) statements.push_back(families.planned_lock(keys));
  }
  return statements;
}

std::vector<PlannedStatement> walk_statements(const Prepared& prepared,
                                              const PurgeRequest& request) {
  Planner planner(prepared, request);
  planner.pages(std::nullopt, "select for several rules ");
  planner.pages(some_position(), "select more for several rules of ");
  return planner.take();
}

std::vector<PlannedStatement> later_statements(const Prepared& prepared,
                                               const PurgeRequest& request) {
  Planner planner(prepared, request);
  planner.pages(some_position(), "select more of ");
  planner.rest();
  return planner.take();
}

std::string plan_id_of(const Manifest& manifest, const PurgeRequest& request,
                       const Context& context, const database::Schema& schema, std::int64_t rows) {
  auto terms = terms_of(manifest, request, context.policy);
  terms.tables = hashes_of(schema);
  terms.made = request.newest_until.value_or(context.clock());
  terms.purges.front().rows = rows;
  return plan_id(terms);
}

Outcome<Json> describe_purge(const Manifest& manifest, const PurgeRequest& request,
                             const Context& context, const Prepared& prepared) {
  auto& connection = *prepared.connection;
  WINNOW_TRY(const auto counts, count_by_namespace(prepared, connection));
  std::int64_t selected = 0;
  for (const auto& [name, rows] : counts) selected += rows;
  WINNOW_TRY(auto estimated, estimate(prepared, context.pace, selected));
  auto planned = first_statements(prepared, request);
  for (auto& later : later_statements(prepared, request)) planned.push_back(std::move(later));
  WINNOW_TRY(auto statements, explained(connection, planned));
  Json plan{{"task", manifest.name},
            {"server", prepared.schema.server},
            {"planId", plan_id_of(manifest, request, context, prepared.schema, selected)},
            {"cutoff", document::to_text(request.cutoff())},
            {"selected", selected},
            {"namespaces", counts},
            {"estimate", std::move(estimated)},
            {"statements", std::move(statements)},
            {"leftOut", prepared.steps->left_out()}};
  auto notes = request.notes;
  for (auto& note : notes_on_unserved(*prepared.selection, request.order)) {
    notes.push_back(std::move(note));
  }
  if (const auto allowed = prepared.schema.allows_deletions(); !allowed && !request.dry_run) {
    notes.push_back("a run is refused: " + allowed.error().message);
  }
  WINNOW_CHECK(note_limits(context.policy, request, prepared, selected, notes));
  note_drift(request, prepared, selected, notes);
  if (!notes.empty()) plan["notes"] = std::move(notes);
  return plan;
}

}  // namespace winnow::tasks
