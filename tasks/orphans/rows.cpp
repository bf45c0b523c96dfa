// The sweep of rows: its tables are opened, swept and planned.
#include "tasks/orphans/orphans.h"
#include "tasks/orphans/row_sweep.h"
#include "tasks/selection/plan_check.h"

namespace winnow::tasks {
namespace {

struct OpenedTables {
  Sweep sweep;
  OrphanTables tables = {};
  std::vector<std::string> left_out = {};
};

class OrphanRows final : public Invocation {
 public:
  OrphanRows(const Manifest& manifest, OrphanRowsRequest request)
      : manifest_(manifest), request_(std::move(request)) {}

  TaskResult run(Context& context) const override {
    WINNOW_TRY(auto opened, open(context, request_.dry_run ? Sweep::Paced::no : Sweep::Paced::yes));
    if (!request_.dry_run) WINNOW_CHECK(opened.sweep.schema().allows_deletions());
    for (const auto& reason : opened.left_out) context.host.log(LogLevel::warn, reason);
    if (!opened.left_out.empty()) opened.sweep.counters()["leftOut"] = opened.left_out;
    if (!request_.notes.empty()) opened.sweep.counters()["notes"] = request_.notes;
    for (const auto& note : request_.notes) context.host.log(LogLevel::warn, note);
    RowSweep sweep(opened.sweep, opened.tables, request_);
    const auto swept = sweep.run();
    if (swept && request_.dry_run) {
      opened.sweep.counters()["planId"] = sweep.plan_id();
    } else if (request_.expected) {
      opened.sweep.counters()["planId"] = request_.expected->id;
    }
    return opened.sweep.result(swept, request_.dry_run);
  }

  TaskResult plan(Context& context) const override {
    WINNOW_TRY(auto opened, open(context, Sweep::Paced::no));
    WINNOW_TRY(auto plan, opened.sweep.plan());
    plan["leftOut"] = opened.left_out;
    auto notes = request_.notes;
    const auto allowed = opened.sweep.schema().allows_deletions();
    if (!allowed && !request_.dry_run) {
      notes.push_back("a run is refused: " + allowed.error().message);
    }
    if (!notes.empty()) plan["notes"] = std::move(notes);
    auto& connection = opened.sweep.connection().get();
    for (const auto& table : opened.tables) {
      WINNOW_TRY(auto statements, explained(connection, planned(connection.dialect(), *table)));
      for (auto& statement : statements) plan["statements"].push_back(std::move(statement));
    }
    return plan;
  }

 private:
  Outcome<OpenedTables> open(Context& context, Sweep::Paced paced) const {
    WINNOW_TRY(auto sweep, Sweep::open(manifest_, context, request_.pace, paced));
    OpenedTables opened{.sweep = std::move(sweep)};
    MissingRights rights;
    for (const auto& step : manifest_.steps) {
      WINNOW_TRY(auto table, OrphanTable::make(step, request_, opened.sweep.schema(),
                                               opened.sweep.connection().get(),
                                               context.policy.allow_scan, opened.left_out, rights));
      if (table) opened.tables.push_back(std::move(table));
    }
    WINNOW_CHECK(rights.check());
    return opened;
  }

  // The statements of a run, with as many ids and keys as a full page has.
  static std::vector<PlannedStatement> planned(const database::Dialect& dialect,
                                               const OrphanTable& table) {
    const auto& name = table.table().name;
    std::vector<PlannedStatement> statements;
    const auto add = [&](const std::string& purpose, database::Statement statement) {
      statements.push_back({.purpose = purpose, .statement = std::move(statement), .need = {}});
    };
    const auto orphans = table.orphans(table.stand_in_keys(), stand_in_keys(kExecutionsPerPage));
    for (const auto& branch : table.branches()) {
      add("walk the executions of " + name, table.page(dialect, branch, "0", kExecutionsPerPage));
      add("select from " + name, table.keys(dialect, branch, orphans, {}, kExecutionsPerPage));
    }
    add("delete from " + name, table.deletion(dialect, orphans, table.stand_in_keys()));
    return statements;
  }

  const Manifest& manifest_;
  OrphanRowsRequest request_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_orphan_rows(const Manifest& manifest,
                                                        const Json& parameters,
                                                        const Policy& policy) {
  WINNOW_TRY(auto request, read_orphan_rows_request(manifest, parameters, policy));
  return std::make_unique<OrphanRows>(manifest, std::move(request));
}

}  // namespace winnow::tasks
