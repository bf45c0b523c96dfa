// What a plan says of filters that no index serves.
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class UnservedFilters : public PurgeBed {
 protected:
  std::vector<std::string> notes(const std::string& task, const Json& parameters) {
    const auto plan = require_result(bed_.plan(task, with(kPurge, parameters)));
    return plan.value("notes", std::vector<std::string>());
  }
};

TEST_P(UnservedFilters, AreToldWithWhatTheyCost) {
  add_executions(2);
  for (const auto* task : {"PurgeExecutions", "ListExecutions"}) {
    EXPECT_THAT(notes(task, {{"kind", "TEST"}}),
                Contains(HasSubstr("no index leads to this filter on kind: it is read in each row "
                                   "that the run meets by the index of ")))
        << task;
    EXPECT_THAT(notes(task, {{"namespace", "**.tmp"}}),
                Contains(HasSubstr("no index leads to this filter on namespace")));
    EXPECT_THAT(notes(task, {{"namespace", {"company.**", "x"}}}),
                Not(Contains(HasSubstr("no index"))));
    EXPECT_THAT(notes(task, {{"executionId", {"e0", "e1"}}}), Not(Contains(HasSubstr("no index"))));
    EXPECT_THAT(notes(task, {{"executionId", {{"not", "e0"}}}}),
                Contains(HasSubstr("no index leads to this filter on key")));
    // PostgreSQL has a GIN index on the labels.
    const auto told = Contains(HasSubstr("no index leads to this filter on the label \"env\""));
    if (on("postgresql")) {
      EXPECT_THAT(notes(task, {{"labels", {{"env", "prod"}}}}), Not(told));
    } else {
      EXPECT_THAT(notes(task, {{"labels", {{"env", "prod"}}}}), told);
    }
    EXPECT_THAT(notes(task, {{"labels", {{"env", {{"not", "prod"}}}}}}), told);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, UnservedFilters, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
