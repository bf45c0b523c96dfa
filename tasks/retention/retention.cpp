#include "tasks/retention/retention.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <numeric>

#include "outcome/try.h"
#include "tasks/purge/purge.h"
#include "tasks/receipts/receipts.h"
#include "tasks/retention/compile.h"
#include "tasks/retention/plan.h"
#include "tasks/retention/request.h"
#include "tasks/retention/walks.h"
#include "tasks/shared/counters.h"

namespace winnow::tasks {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The host of the rules' purges: what it hears names the rule. All of them share a connection,
// which reports to it too.
class RuleHost final : public Host {
 public:
  explicit RuleHost(Host& host) : host_(host) {}
  // Between two purges.
  void begin(const std::string& rule) { rule_ = rule; }

  void log(LogLevel level, const std::string& text) override {
    host_.log(level, rule_.empty() ? text : rule_ + ": " + text);
  }
  void event(const Json& event) override {
    auto named = event;
    if (!rule_.empty()) named["rule"] = rule_;
    host_.event(named);
  }

 private:
  Host& host_;
  // Empty: the limits are looked at, of all rules together.
  std::string rule_;
};

// The purges of logs and metrics count their own rows as `count`.
std::string total_of(const Manifest& purge, const std::string& counter) {
  return counter == "count" ? purge.table + "Count" : counter;
}

// The result of a run of several rules: what went in all, and by rule.
class Totals {
 public:
  Totals(const Manifest& manifest, bool dry_run) : totals_(zero_counters(manifest)) {
    totals_["rules"] = Json::array();
    if (dry_run) totals_["dryRun"] = true;
  }

  // Adds the result of a rule's purge, or what it had done when it failed. How many rows of its own
  // table went.
  std::int64_t add(const std::string& rule, const Manifest& purge, const Json& result) {
    Json own{{"rule", rule}};
    std::int64_t went = 0;
    for (const auto& entry : result.items()) {
      const auto name = total_of(purge, entry.key());
      const bool own_counter = entry.key() == purge.steps.back().counter;
      if (own_counter && entry.value().is_number()) went = entry.value().get<std::int64_t>();
      // The plan is that of all rules together.
      if (entry.key() == "dryRun" || entry.key() == "planId") continue;
      // `retries` of a purge are those of the whole run so far.
      if (entry.key() == "retries") {
        totals_[name] = entry.value();
        continue;
      }
      if (totals_.contains(name) && entry.value().is_number_integer()) {
        add_to(totals_, name, entry.value().get<std::int64_t>());
      }
      own[name] = entry.value();
    }
    totals_["rules"].push_back(std::move(own));
    return went;
  }
  void note(const std::string& note) { totals_["notes"].push_back(note); }
  // The plan of a dry run, or the one that the run is held to.
  void plan(const std::string& id) { totals_["planId"] = id; }
  // {"executionsCount", "logsCount", ..., "rules": [{"rule", its counts, "namespaces"}]}.
  const Json& result() const { return totals_; }

 private:
  Json totals_;
};

// Rows that the purges of one table may remove, whose limits hold for all of them together.
using Allowances = std::map<const Manifest*, std::int64_t>;

class Retention final : public Invocation {
 public:
  Retention(const Manifest& manifest, RetentionRequest request)
      : manifest_(manifest), request_(std::move(request)) {}

  bool needs_storage() const override {
    return std::any_of(request_.policy->rules.begin(), request_.policy->rules.end(),
                       [](const auto& rule) { return !rule.keep.forever(); });
  }

  // {"task", "now", "server", "planId", "selected", "namespaces", "estimate", "rules": [a purge's
  // plan with "rule" before it]}, and "walks" where rules share one (walks.h).
  TaskResult plan(Context& context) const override {
    const auto now = context.clock();
    WINNOW_TRY(const auto purges, held_purges(context.policy, now));
    RetentionPlan all(manifest_, request_, context.policy, now);
    PurgeSession session;
    for (const auto& purge : purges) {
      WINNOW_TRY(auto described, plan_purge(*purge.manifest, purge.request, context, session));
      WINNOW_CHECK(all.add(described));
      all.add_rule(purge.rule->pointer, std::move(described));
    }
    auto described = all.described();
    WINNOW_TRY(auto walks, RuleWalks(manifest_, request_, purges).described(context, session));
    if (!walks.empty()) described["walks"] = std::move(walks);
    return described;
  }

  TaskResult run(Context& context) const override {
    const auto now = context.clock();
    WINNOW_TRY(auto purges, held_purges(context.policy, now));
    RetentionPlan all(manifest_, request_, context.policy, now);
    Totals totals(manifest_, request_.dry_run);
    WINNOW_TRY(auto own_pace, pace_of_run(context.pace, request_.pace));
    if (request_.dry_run) own_pace.reset();
    const auto started = steady_clock::now();
    RuleHost host(context.host);
    Context own{static_cast<const RunEnvironment&>(context), host};
    own.pace = own_pace;
    PurgeSession session;
    RuleWalks walks(manifest_, request_, purges);
    const auto ended_by = [&totals](const Failure& failure) {
      return tl::unexpected(TaskFailure(failure, totals.result()));
    };
    auto limits = check_limits(purges, walks, own, session);
    if (!limits) return ended_by(limits.error());
    auto& left = *limits;
    if (!left.empty()) context.progress.rows_planned = sum_of(left);
    for (std::size_t at = 0; at < purges.size(); ++at) {
      auto& purge = purges[at];
      host.begin(purge.rule->pointer);
      if (own.receipts != nullptr) own.receipts->begin_rule(purge.rule->pointer);
      const auto found = walks.rows_for(at, own, session);
      if (!found) return ended_by(found.error());
      if (own_pace && own_pace->budget) {
        const auto took = std::chrono::duration_cast<milliseconds>(steady_clock::now() - started);
        if (took >= *own_pace->budget) {
          totals.note("the budget of the pace was used up before the rule at " +
                      purge.rule->pointer);
          break;
        }
        own.pace->budget = *own_pace->budget - took;
      }
      const auto limited = left.find(purge.manifest);
      if (limited != left.end()) purge.request.allowance = limited->second;
      if (const auto& planned = purge.request.at_most.planned) {
        auto& allowance = purge.request.allowance;
        allowance = std::min(allowance.value_or(*planned), *planned);
      }
      auto result = run_purge(*purge.manifest, purge.request, own, session, *found);
      const auto& done = result ? *result : result.error().done;
      const auto gone = totals.add(purge.rule->pointer, *purge.manifest, done);
      if (!result) return ended_by(result.error());
      if (limited != left.end()) limited->second -= gone;
      if (request_.dry_run) WINNOW_CHECK(all.add(*result));
    }
    if (request_.dry_run) totals.plan(all.id());
    if (request_.expected && !request_.dry_run) totals.plan(request_.expected->id);
    return totals.result();
  }

 private:
  // The purges of the rules; those of a plan that the run is held to.
  Outcome<std::vector<RulePurge>> held_purges(const Policy& policy, document::Instant now) const {
    WINNOW_TRY(auto purges, purges_of(manifest_, request_, policy, now));
    if (!request_.expected) return purges;
    const auto& plan = *request_.expected;
    WINNOW_CHECK(check_terms(plan.terms, terms_of(manifest_, request_, policy, purges)));
    for (std::size_t at = 0; at < purges.size(); ++at) {
      hold_to(purges[at].request, plan.terms.purges[at], plan);
    }
    return purges;
  }

  // The plan and the limits hold for all rules together, before the first of them removes anything.
  // Nothing in it: there is no limit.
  Outcome<Allowances> check_limits(const std::vector<RulePurge>& purges, RuleWalks& walks,
                                   Context& context, PurgeSession& session) const {
    Allowances going;
    Hashes tables;
    const auto* plan = request_.expected.get();
    const bool limited = RemovalLimits(context.policy, "", request_.at_most).any();
    if (plan == nullptr && !limited) return going;
    for (std::size_t at = 0; at < purges.size(); ++at) {
      const auto& purge = purges[at];
      context.progress.phase = Phase::selecting;
      WINNOW_TRY(const auto* rows, walks.rows_for(at, context, session));
      WINNOW_TRY(const auto size,
                 size_of_purge(*purge.manifest, purge.request, context, session, rows));
      going[purge.manifest] += size.selected;
      tables.insert(size.tables.begin(), size.tables.end());
      if (plan == nullptr) continue;
      WINNOW_CHECK(check_drift(plan->terms.purges[at].rows, size.selected, plan->max_drift,
                               purge.manifest->table + " by the rule " + purge.rule->pointer));
    }
    if (plan != nullptr) WINNOW_CHECK(check_tables(plan->terms.tables, tables));
    if (!limited) return Allowances{};
    for (auto& [manifest, rows] : going) {
      const RemovalLimits limits(context.policy, manifest->table, request_.at_most);
      WINNOW_CHECK(limits.check_number(rows));
      WINNOW_CHECK(limits.check_share(rows, [&, of = manifest](std::int64_t most) {
        return size_of_tenant(*of, request_of(purges, *of), context, session, most);
      }));
      rows = limits.allowance(rows).value_or(rows);
    }
    return going;
  }

  // That of the first of the table's purges: all have the same tenant.
  static const PurgeRequest& request_of(const std::vector<RulePurge>& purges,
                                        const Manifest& manifest) {
    return std::find_if(purges.begin(), purges.end(),
                        [&](const auto& purge) { return purge.manifest == &manifest; })
        ->request;
  }

  static std::int64_t sum_of(const Allowances& allowances) {
    return std::accumulate(allowances.begin(), allowances.end(), std::int64_t{0},
                           [](std::int64_t sum, const auto& each) { return sum + each.second; });
  }

  const Manifest& manifest_;
  RetentionRequest request_;
};

}  // namespace

Outcome<std::unique_ptr<Invocation>> invoke_retention(const Manifest& manifest,
                                                      const Json& parameters,
                                                      const Policy& policy) {
  WINNOW_TRY(auto request, read_retention_request(parameters, policy));
  // What the purges themselves refuse is refused here too, before anything is connected.
  WINNOW_TRY(const auto purges, purges_of(manifest, request, policy, document::now()));
  if (request.expected) {
    WINNOW_CHECK(check_terms(request.expected->terms, terms_of(manifest, request, policy, purges)));
  }
  return std::make_unique<Retention>(manifest, std::move(request));
}

}  // namespace winnow::tasks
