#include "tests/tasks/retention/rules.h"

#include <chrono>
#include <string>
#include <vector>

#include "document/duration.h"
#include "tasks/retention/policy.h"

namespace winnow::tests {
namespace {

using document::Instant;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

class RuleMaker {
 public:
  explicit RuleMaker(std::mt19937_64& random) : random_(random) {}

  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_() % below); }
  const std::string& one_of(const std::vector<std::string>& choices) {
    return choices[pick(choices.size())];
  }

  // One, a list, or a negation of either.
  Json some_of(const std::vector<std::string>& choices) {
    Json values = one_of(choices);
    if (pick(3) == 0) values = Json::array({one_of(choices), one_of(choices)});
    return pick(4) == 0 ? Json{{"not", values}} : values;
  }

  Json place() {
    static const std::vector<std::string> namespaces{
        "company.team",   "company.**",     "company.*",    "company.team.**", "**",
        "comp*.team*",    "company_team.a", "Company.Team", "company",         "*.*",
        "company.team_a", "company.**.sub", "*X*.*"};
    static const std::vector<std::string> flows{"daily", "load_*",    "Report",
                                                "*",     "it's 100%", "re*"};
    Json match = Json::object();
    if (pick(3) != 0) match["namespace"] = some_of(namespaces);
    if (pick(4) == 0) match["flowId"] = some_of(flows);
    if (pick(12) == 0) match["tenant"] = some_of({"main", "other", "m*"});
    if (match.empty()) match["namespace"] = "**";
    return match;
  }

  std::string age() {
    static const std::vector<milliseconds> ages{milliseconds(1), hours(1),       hours(17),
                                                hours(18),       hours(19),      hours(24),
                                                hours(24 * 20),  hours(24 * 40), hours(24 * 60)};
    return document::to_text(ages[pick(ages.size())]);
  }

  Json rule() {
    Json match = place();
    static const std::vector<std::string> ended{"SUCCESS", "FAILED", "WARNING", "KILLED", "PAUSED"};
    static const std::vector<std::string> running{"RUNNING", "CREATED", "QUEUED", "RETRYING"};
    if (pick(3) == 0) match["labels"]["env"] = some_of({"prod", "test", "it's"});
    if (pick(8) == 0) match["labels"]["team"] = some_of({"a", "b"});
    if (pick(8) == 0) match["kind"] = some_of({"TEST", "NORMAL", "PLAYGROUND"});
    if (pick(8) == 0) match["trigger"] = some_of({"daily", "hook"});
    if (pick(5) == 0) {
      match["states"] = Json::array({one_of(running), one_of(running)});
      return {{"match", match}, {"keep", {{"age", age()}, {"from", "START"}}}};
    }
    if (pick(3) == 0) match["states"] = some_of(ended);
    return {{"match", match}, {"keep", keep()}};
  }

  Json keep() {
    if (pick(8) == 0) return "forever";
    Json keep = Json::object();
    if (pick(3) != 0) keep["age"] = age();
    if (keep.empty() || pick(4) == 0) keep["last"] = 1 + pick(2);
    return keep;
  }

  Json of_rows() {
    return {{"match", place()}, {"keep", pick(5) == 0 ? Json("forever") : Json{{"age", age()}}}};
  }

  Json policy() {
    Json policy{{"rules", Json::array()}};
    for (auto rules = pick(5); rules > 0; --rules) policy["rules"].push_back(rule());
    if (pick(3) != 0) policy["otherwise"] = {{"keep", keep()}};
    if (pick(4) == 0) policy["logs"] = Json::array({of_rows(), of_rows()});
    if (pick(6) == 0) policy["metrics"] = Json::array({of_rows()});
    return policy;
  }

 private:
  std::mt19937_64& random_;
};

}  // namespace

void adorn(Json& execution, std::mt19937_64& random) {
  RuleMaker maker(random);
  Json labels = Json::array();
  if (maker.pick(2) == 0) {
    labels.push_back({{"key", "env"}, {"value", maker.one_of({"prod", "test", "it's", "Prod"})}});
  }
  if (maker.pick(3) == 0) {
    labels.push_back({{"key", "team"}, {"value", maker.one_of({"a", "b", "c"})}});
  }
  if (!labels.empty() || maker.pick(2) == 0) execution["labels"] = labels;
  if (maker.pick(4) == 0) execution["kind"] = maker.one_of({"TEST", "PLAYGROUND", "NORMAL"});
  if (maker.pick(3) == 0) {
    execution["trigger"] = {{"id", maker.one_of({"daily", "hook"})}, {"type", "t"}};
  }
}

Moment random_moment(std::mt19937_64& random) {
  RuleMaker maker(random);
  static const std::vector<microseconds> offsets{microseconds(0), microseconds(1), microseconds(-1),
                                                 hours(18),       hours(24 * 20),  hours(24 * 45),
                                                 hours(24 * 90),  hours(24 * 90)};
  const auto middle = *document::parse_instant("2026-03-10T12:00:00Z");
  Moment moment{.policy = {},
                .tenant = maker.pick(6) == 0   ? ""
                          : maker.pick(6) == 0 ? "other"
                                               : "main",
                .now = middle + offsets[maker.pick(offsets.size())]};
  // Some are refused: a rule hidden by another one, a state without a date.
  do {
    moment.policy = maker.policy();
  } while (moment.policy.empty() || !tasks::read_retention(moment.policy));
  return moment;
}

}  // namespace winnow::tests
