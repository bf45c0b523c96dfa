// A listing assumes the schema of the last time, and is correct even if it has changed since.
#include <mutex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/database/breaking_proxy.h"
#include "tests/tasks/listing/bed.h"
#include "tests/tasks/listing/world.h"

namespace winnow::tests {
namespace {

const char* const kDay = "2026-02-01T12:00:00.000000Z";

class ListingRecall : public ListingBed {
 protected:
  ListingRecall() { insert("e1", "company.team"); }

  void insert(const std::string& id, const std::string& name_space) {
    auto document = execution_document(id, kDay);
    document["namespace"] = name_space;
    insert_executions(rows_, {document});
  }
  void alter(const std::string& what) {
    const auto& table = connection_->dialect().quoted("executions");
    require(connection_->query(database::plain("ALTER TABLE " + table + " " + what),
                               [](const database::Row&) { return true; }));
  }
  std::vector<std::string> listed(const Json& parameters) {
    return ids_of(require_result(bed_.run("ListExecutions", parameters))["rows"]);
  }
};

TEST_P(ListingRecall, FindsANamespaceThatIsNew) {
  const Json parameters = {{"namespace", "company.team"}, {"orderBy", "id"}, {"direction", "asc"}};
  EXPECT_THAT(listed(parameters), testing::ElementsAre("e1"));
  EXPECT_THAT(listed(parameters), testing::ElementsAre("e1"));
  insert("e2", "company.team.new");
  EXPECT_THAT(listed(parameters), testing::ElementsAre("e1", "e2"));
  EXPECT_THAT(listed(parameters), testing::ElementsAre("e1", "e2"));
}

// In both directions: what it needs disappears, and comes back.
TEST_P(ListingRecall, SeesThatAColumnHasGoneAndThatItIsBack) {
  if (on("sqlite")) GTEST_SKIP() << "remembers nothing";
  const Json parameters = {{"columns", {"id", "flowId"}}};
  EXPECT_THAT(listed(parameters), testing::ElementsAre("e1"));
  alter("RENAME COLUMN flow_id TO flow");
  for (int time = 0; time < 2; ++time) {
    const auto refused = bed_.run("ListExecutions", parameters);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, FailureKind::schema);
    EXPECT_THAT(refused.error().message, testing::HasSubstr("\"flow_id\""));
  }
  alter("RENAME COLUMN flow TO flow_id");
  EXPECT_THAT(listed(parameters), testing::ElementsAre("e1"));
}

TEST_P(ListingRecall, CountsAndStoresByWhatTheSchemaIsNow) {
  if (on("sqlite")) GTEST_SKIP() << "remembers nothing";
  const Json count = {{"fetchType", "NONE"}, {"flowId", "daily"}, {"namespace", "company.team"}};
  const Json store = {{"fetchType", "STORE"}, {"columns", {"id", "flowId"}}};
  EXPECT_EQ(require_result(bed_.run("ListExecutions", count))["size"], 1);
  EXPECT_EQ(require_result(bed_.run("ListExecutions", store))["size"], 1);
  alter("RENAME COLUMN flow_id TO flow");
  EXPECT_FALSE(bed_.run("ListExecutions", count));
  EXPECT_FALSE(bed_.run("ListExecutions", store));
}

// A session's first query of a catalog costs more than the page, so what only a deletion needs is
// not queried.
TEST_P(ListingRecall, AsksForNoCatalogThatOnlyADeletionHasToKnow) {
  if (on("sqlite")) GTEST_SKIP() << "looks into a file";
  auto settings = database_.settings();
  std::mutex mutex;
  std::string sent;
  BreakingProxy proxy(settings.host, settings.port, "no client sends this",
                      BreakingProxy::When::after_forwarding, BreakingProxy::How::hang_up,
                      [&](std::string_view bytes) {
                        const std::lock_guard guard(mutex);
                        sent += bytes;
                      });
  settings.port = proxy.port();
  if (on("postgresql")) settings.options["sslmode"] = "disable";
  TaskBed bed(settings);
  bed.policy.tenants = {"main"};
  for (const Json& parameters : {Json{{"size", 1}}, Json{{"fetchType", "NONE"}}}) {
    require_result(bed.run("ListExecutions", parameters));
  }
  const std::lock_guard guard(mutex);
  EXPECT_THAT(sent, testing::HasSubstr(on("postgresql") ? "pg_attribute" : "information_schema"));
  for (const char* deletions :
       {"pg_trigger", "pg_rewrite", "pg_operator", "pg_proc", "pg_depend", "pg_partition_tree",
        "pg_inherits", "has_any_column_privilege", "REFERENTIAL_CONSTRAINTS", "DELETE"}) {
    EXPECT_THAT(sent, testing::Not(testing::HasSubstr(deletions)));
  }
}

INSTANTIATE_TEST_SUITE_P(Servers, ListingRecall, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
