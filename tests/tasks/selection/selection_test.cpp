// The SQL of a selection, on a server: what it selects, and how it writes names.
#include "tasks/selection/selection.h"

#include <array>
#include <regex>

#include <gmock/gmock.h>

#include "database/count.h"
#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using tasks::AnyOf;
using tasks::Condition;
using tasks::Equals;
using tasks::Scope;
using tasks::Selection;

class Selections : public PurgeBed {
 protected:
  std::int64_t count(const Condition& condition) {
    const auto schema = require(connection_->probe(std::array{std::string("executions")}));
    const auto selection =
        require(Selection::make({.table = "executions", .conditions = {condition}}, schema));
    database::SqlWriter writer(connection_->dialect());
    writer.text("SELECT count(*) FROM ").table(selection.table()).text(" AS e WHERE ");
    selection.write(writer, "e", selection.deleted_branches().front());
    return require(database::count_of(*connection_, writer.take()));
  }
};

// C12: the label of a later Kestra, which an operator's manifest may name. Servers refuse to
// compare with it.
TEST_P(Selections, OfALabelThatTheEnumerationLacksAreEmpty) {
  add_executions(2);
  EXPECT_EQ(count(Equals{"state_current", "SUCCESS"}), 2);
  EXPECT_EQ(count(Equals{"state_current", "FROZEN"}), 0);
  EXPECT_EQ(count(AnyOf{"state_current", {"FROZEN", "SUCCESS"}}), 2);
  EXPECT_EQ(count(AnyOf{"state_current", {"FROZEN"}}), 0);
}

// C13: `deleted` and `key` are keywords on some servers.
TEST_P(Selections, QuoteTheNamesOfColumnsInEveryStatement) {
  add_executions(2);
  const std::regex bare(
      R"((^|[^"`_\w'])(deleted|key|execution_id|tenant_id|namespace)($|[^"`_\w'(]))");
  for (const auto& [task, parameters] :
       std::map<std::string, Json>{{"PurgeExecutions", kPurge},
                                   {"PurgeLogs", kPurge},
                                   {"PurgeMetrics", kPurge},
                                   {"PurgeOrphans", Json::object()},
                                   {"ListExecutions", Json::object()},
                                   {"ListLogs", Json::object()},
                                   {"Doctor", Json::object()}}) {
    const auto plan = require_result(bed_.plan(task, parameters));
    ASSERT_FALSE(plan["statements"].empty()) << task;
    for (const auto& statement : plan["statements"]) {
      const auto sql = statement["sql"].get<std::string>();
      EXPECT_FALSE(std::regex_search(sql, bare)) << task << ": " << sql;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, Selections, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
