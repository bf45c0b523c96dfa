// What a policy does with one execution.
#include <algorithm>
#include <array>
#include <optional>

#include "document/duration.h"
#include "outcome/try.h"
#include "tasks/retention/compile.h"
#include "tasks/retention/request.h"
#include "tasks/retention/retention.h"
#include "tasks/selection/newest.h"
#include "tasks/selection/plan_check.h"
#include "tasks/selection/selection.h"
#include "tasks/shared/lock_wait.h"

namespace winnow::tasks {
namespace {

using database::SqlWriter;
using document::Instant;

// The dates of an execution: where its table has them, and its documents.
struct DateColumn {
  std::string column;
  std::vector<std::string> document;
};
struct Dates {
  DateColumn end;
  DateColumn start;
};

Outcome<Dates> dates_of(const Manifest& purge) {
  const auto* end = end_filter(purge);
  if (end == nullptr || !end->instead) {
    return fail(FailureKind::internal, purge.name + " compares one date only");
  }
  return Dates{.end = {end->column, end->document},
               .start = {end->instead->column, end->instead->document}};
}

// An execution, and which of the rules match it.
struct Found {
  FlowOf flow;
  std::string state;
  std::optional<Instant> start = {};
  std::optional<Instant> end = {};
  bool deleted = false;
  std::vector<bool> matches = {};
};

std::optional<Instant> instant_in(const database::Row& row, std::size_t column) {
  const auto text = row.text(column);
  if (!text) return std::nullopt;
  const auto instant = document::parse_instant(*text);
  return instant ? std::optional(*instant) : std::nullopt;
}

// Why it stays, so far.
class Verdict {
 public:
  // What keeps it, as a name and as a sentence; `until`: when that ends, where a clock says so.
  void keep(const char* by, const std::string& because, std::optional<Instant> until = {}) {
    kept_by_.push_back(by);
    because_ += (because_.empty() ? "" : "; ") + because;
    if (!until) open_end_ = true;
    if (until && (!until_ || *until > *until_)) until_ = until;
  }
  bool stays() const { return !kept_by_.empty(); }

  void write(Json& result) const {
    result["decision"] = stays() ? "stays" : "goes";
    if (!stays()) return;
    result["keptBy"] = kept_by_;
    result["because"] = because_;
    if (until_ && !open_end_) result["until"] = document::to_text(*until_);
  }

 private:
  std::vector<std::string> kept_by_;
  std::string because_;
  std::optional<Instant> until_;
  bool open_end_ = false;
};

class Explanation final : public Invocation {
 public:
  Explanation(const Manifest& manifest, RetentionRequest request, std::string execution)
      : manifest_(manifest), request_(std::move(request)), execution_(std::move(execution)) {}

  TaskResult plan(Context& context) const override {
    WINNOW_TRY(const auto connection, connect(context));
    WINNOW_TRY(const auto schema, connection->probe(std::array{purge().table}));
    Json plan{{"task", manifest_.name}, {"server", schema.server}, {"statements", Json::array()}};
    WINNOW_TRY(const auto statement, lookup(schema, connection->dialect(), 0));
    WINNOW_TRY(
        auto described,
        explained(*connection, {.purpose = "look at the execution",
                                .statement = statement,
                                .need = {.table = schema.table(purge().table), .column = "key"}}));
    plan["statements"].push_back(std::move(described));
    return plan;
  }

  TaskResult run(Context& context) const override {
    context.progress.phase = Phase::connecting;
    WINNOW_TRY(const auto connection, connect(context));
    WINNOW_TRY(const auto schema, connection->probe(std::array{purge().table}));
    context.progress.phase = Phase::working;
    WINNOW_TRY(const auto found, find(schema, *connection));
    if (!found) {
      return tl::unexpected(
          TaskFailure(Failure{.kind = FailureKind::invalid_parameter,
                              .message = "the tenant has no execution \"" + execution_ + "\"",
                              .pointer = "/executionId"}));
    }
    WINNOW_CHECK(check_namespace(context.policy, found->flow.name_space, false));
    return explain(*found, schema, *connection, context);
  }

 private:
  const Manifest& purge() const { return *manifest_.purges.front(); }

  Scope scope_with(Conjunction conditions) const {
    return {.table = purge().table,
            .tenant_column = purge().tenant_column,
            .namespace_column = purge().namespace_column,
            .tenant = request_.tenant,
            .with_deleted = true,
            .conditions = std::move(conditions)};
  }

  // The execution's row, with a column for each rule that says whether it matches. `branch`: of the
  // selections' values of `deleted`.
  Outcome<database::Statement> lookup(const database::Schema& schema,
                                      const database::Dialect& dialect, std::size_t branch) const {
    WINNOW_TRY(const auto dates, dates_of(purge()));
    WINNOW_TRY(const auto all, Selection::make(scope_with({}), schema));
    const auto& table = all.table();
    const auto deleted = all.deleted_branches()[branch];
    for (const auto* name : {"key", "flow_id", "state_current"}) {
      WINNOW_CHECK(table.require(name));
    }
    SqlWriter writer(dialect);
    const auto column = [&](std::string_view name) {
      return database::qualified(dialect, "e", name);
    };
    writer.text("SELECT " + column(purge().namespace_column) + ", " + column("flow_id") + ", ");
    writer.text(dialect.as_text("e", *table.column("state_current"), {}));
    for (const auto& date : {dates.start, dates.end}) {
      WINNOW_TRY(const auto* dated, table.require(date.column));
      writer.text(", " + dialect.as_text("e", *dated, date.document));
    }
    for (const auto& rule : rules_for_executions(request_)) {
      WINNOW_TRY(const auto selection, Selection::make(scope_with(rule.conditions), schema));
      writer.text(", CASE WHEN ");
      selection.write(writer, "e", deleted);
      writer.text(" THEN 1 ELSE 0 END");
    }
    writer.text(" FROM ").table(table).text(" AS e WHERE ");
    all.write_scope(writer, "e", deleted);
    writer.text(" AND " + column("key") + " = ").bind(execution_);
    return writer.take();
  }

  Outcome<std::optional<Found>> find(const database::Schema& schema,
                                     database::Connection& connection) const {
    WINNOW_TRY(const auto all, Selection::make(scope_with({}), schema));
    const auto rules = rules_for_executions(request_).size();
    std::optional<Found> found;
    for (std::size_t branch = 0; branch < all.deleted_branches().size() && !found; ++branch) {
      WINNOW_TRY(const auto statement, lookup(schema, connection.dialect(), branch));
      WINNOW_CHECK(connection.query(statement, [&](const database::Row& row) {
        constexpr std::size_t kFirstRule = 5;
        found = Found{.flow = {.tenant = request_.tenant,
                               .name_space = std::string(row.text(0).value_or("")),
                               .flow = std::string(row.text(1).value_or(""))},
                      .state = std::string(row.text(2).value_or("")),
                      .start = instant_in(row, 3),
                      .end = instant_in(row, 4),
                      .deleted = all.deleted_branches()[branch].value_or(false)};
        for (std::size_t at = 0; at < rules; ++at) {
          found->matches.push_back(row.text(kFirstRule + at) == "1");
        }
        return true;
      }));
    }
    return found;
  }

  Outcome<Json> explain(const Found& found, const database::Schema& schema,
                        database::Connection& connection, const Context& context) const {
    const auto& policy = context.policy;
    const auto now = context.clock();
    Json result{{"execution", execution_},
                {"namespace", found.flow.name_space},
                {"flowId", found.flow.flow},
                {"state", found.state}};
    if (found.start) result["startDate"] = document::to_text(*found.start);
    if (found.end) result["endDate"] = document::to_text(*found.end);
    const auto rules = rules_for_executions(request_);
    const auto first = std::find(found.matches.begin(), found.matches.end(), true);
    Verdict verdict;
    if (!may_remove(policy, found.flow.name_space)) {
      verdict.keep("protect", "the operator's configuration protects its namespace");
    }
    if (first == found.matches.end()) {
      verdict.keep("noRule", "no rule matches it, and there is no `otherwise`");
    } else {
      const auto at = static_cast<std::size_t>(first - found.matches.begin());
      result["rule"] = rules[at].rule->pointer;
      WINNOW_CHECK(judge(*rules[at].rule, found, schema, connection, policy, now, verdict, result));
    }
    verdict.write(result);
    return result;
  }

  Outcome<void> judge(const RetentionRule& rule, const Found& found, const database::Schema& schema,
                      database::Connection& connection, const Policy& policy, Instant now,
                      Verdict& verdict, Json& result) const {
    if (rule.keep.forever()) {
      verdict.keep("hold", "the rule keeps it for ever");
      return {};
    }
    const auto states = removable_states(rule);
    if (std::find(states.begin(), states.end(), found.state) == states.end()) {
      verdict.keep("state", "it is " + found.state + ", and the rule does not name that state");
      return {};
    }
    const bool by_start = rule.keep.from == CountedFrom::start;
    const auto& date = by_start ? found.start : found.end;
    if (!date) {
      verdict.keep("noDate", std::string("it has no ") + (by_start ? "start" : "end") + " date");
      return {};
    }
    if (rule.keep.age && *date > now - *rule.keep.age) {
      verdict.keep("age", "it is younger than " + document::to_text(*rule.keep.age),
                   *date + *rule.keep.age);
    }
    if (!rule.keep.age && *date > now) {
      verdict.keep("future", "by its date it has not ended yet", *date);
    }
    const auto& youngest = by_start ? found.end : date;
    if (policy.min_age && youngest && *youngest > now - *policy.min_age) {
      verdict.keep("minAge",
                   "it is younger than " + document::to_text(*policy.min_age) +
                       " (`policy.min-age` of the configuration)",
                   *youngest + *policy.min_age);
    }
    if (!rule.keep.last || found.deleted) return {};
    return judge_by_last(rule, found, schema, connection, policy, now, verdict, result);
  }

  Outcome<void> judge_by_last(const RetentionRule& rule, const Found& found,
                              const database::Schema& schema, database::Connection& connection,
                              const Policy& policy, Instant now, Verdict& verdict,
                              Json& result) const {
    WINNOW_TRY(const auto purges, purges_of(manifest_, request_, policy, now));
    const auto purge = std::find_if(purges.begin(), purges.end(),
                                    [&](const auto& each) { return each.rule == &rule; });
    if (purge == purges.end()) return {};
    WINNOW_TRY(const auto newest, NewestOfFlows::make(purge->request.scope, *kept(purge->request),
                                                      schema, connection.dialect()));
    WINNOW_TRY(const auto keys, newest->of_flow(connection, found.flow));
    const auto own = std::find_if(keys.begin(), keys.end(),
                                  [&](const auto& each) { return each.key == execution_; });
    if (own == keys.end()) return {};
    const auto position = own - keys.begin() + 1;
    result["last"] = Json{{"position", position}, {"of", *rule.keep.last}};
    verdict.keep("last", "it is number " + std::to_string(position) + " of the " +
                             std::to_string(*rule.keep.last) + " newest of its flow");
    return {};
  }

  const Manifest& manifest_;
  RetentionRequest request_;
  std::string execution_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_explanation(const Manifest& manifest,
                                                        const Json& parameters,
                                                        const Policy& policy) {
  WINNOW_TRY(auto request, read_retention_request(parameters, policy));
  return std::make_unique<Explanation>(manifest, std::move(request),
                                       given_string(parameters, "executionId").value_or(""));
}

}  // namespace winnow::tasks
