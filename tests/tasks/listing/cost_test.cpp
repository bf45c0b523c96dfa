// The cost of a page with 200,000 executions: the rows that the server examines, by its own
// counters and never by a clock. A page must cost the same at any depth, and no more than the rows
// that match its filters.
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/manifests/registry.h"
#include "tasks/listing/query.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tests/tasks/many_executions.h"
#include "tools/sample/schema.h"

namespace winnow::tests {
namespace {

using tasks::ListingQuery;
using tasks::Position;
using tasks::Region;

constexpr std::int64_t kRows = 200'000;
constexpr std::int64_t kPage = 100;
constexpr const char* kMiddle = "2025-09-15T00:00:00Z";
struct Cost {
  std::int64_t rows = 0;   // examined: read from an index or a table, whether they fitted or not
  std::int64_t pages = 0;  // of the buffer pool that were looked at; PostgreSQL's only
  // Rows for which the index alone was not enough; only on PostgreSQL.
  std::int64_t heap_fetches = 0;
  std::string plan;
};

struct Case {
  std::string name;
  Json parameters;
  double share = 1;     // of the rows that the order walks over, those that fit
  bool sparse = false;  // few rows fit at all: reading them all is cheaper than any walk
};

class ListingCost : public testing::TestWithParam<TestEngine> {
 protected:
  ListingCost()
      : database_(TestDatabase::create(GetParam())),
        connection_(database_.connection()),
        registry_(require(plugin::Registry::load({}))),
        task_(**registry_.find("ListExecutions")) {
    require(sample::create_schema(*connection_, GetParam().schema_version));
    fill_executions(*connection_, kRows);
    add_index_of_durations();
    schema_ = require(connection_->probe(std::array{std::string("executions")}));
  }

  bool on(const std::string& dialect) const { return connection_->dialect().name() == dialect; }

  // The index that a listing by duration recommends on PostgreSQL, where Kestra's own column lacks
  // the whole minutes.
  void add_index_of_durations() {
    const auto schema = require(connection_->probe(std::array{std::string("executions")}));
    const auto& table = *schema.table("executions");
    const auto* duration = table.column("state_duration");
    if (duration->type != database::ColumnType::minute_millis) return;
    const auto& dialect = connection_->dialect();
    rows({.sql = dialect.create_index(table, {"deleted", "tenant_id", duration->name},
                                      dialect.value_of({}, *duration)),
          .parameters = {}});
    rows({.sql = "ANALYZE executions", .parameters = {}});
  }

  ListingQuery query(const Json& parameters) const {
    const auto complete = require(plugin::checked_parameters(task_, parameters.dump()));
    const auto request = require(tasks::read_listing_request(task_.manifest, complete, policy_));
    auto made = require(ListingQuery::make(request, schema_, connection_->dialect()));
    require(made.find_namespaces(*connection_));
    return made;
  }

  std::vector<std::vector<std::string>> rows(const database::Statement& statement) {
    std::vector<std::vector<std::string>> all;
    require(connection_->query(statement, [&all](const database::Row& row) {
      all.emplace_back();
      for (std::size_t at = 0; at < row.size(); ++at) {
        all.back().emplace_back(row.text(at).value_or(""));
      }
      return true;
    }));
    return all;
  }

  Cost cost(const database::Statement& statement) {
    return on("mysql") ? cost_on_mysql(statement) : cost_on_postgres(statement);
  }

  // How many rows were handed from the storage engine to the server, on this very session.
  Cost cost_on_mysql(const database::Statement& statement) {
    rows({.sql = "FLUSH STATUS", .parameters = {}});
    rows(statement);
    Cost found;
    for (const auto& row :
         rows({.sql = "SHOW SESSION STATUS LIKE 'Handler_read%'", .parameters = {}})) {
      found.rows += std::stoll(row.at(1));
    }
    found.plan = require(connection_->explain(statement)).text;
    return found;
  }

  Cost cost_on_postgres(const database::Statement& statement) {
    const auto answer = rows({.sql = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement.sql,
                              .parameters = statement.parameters});
    const auto plan = Json::parse(answer.at(0).at(0))[0]["Plan"];
    Cost found;
    found.pages = plan.value("Shared Hit Blocks", 0) + plan.value("Shared Read Blocks", 0);
    add_node(plan, 0, found);
    return found;
  }

  static void add_node(const Json& node, std::size_t depth, Cost& found) {
    const auto type = node.value("Node Type", std::string());
    const auto rows_per_loop = node.value("Actual Rows", 0.0) +
                               node.value("Rows Removed by Filter", 0.0) +
                               node.value("Rows Removed by Index Recheck", 0.0);
    const bool reads = type.find("Scan") != std::string::npos && !type.starts_with("Subquery");
    found.heap_fetches += node.value("Heap Fetches", std::int64_t{0});
    if (reads) found.rows += std::llround(rows_per_loop * node.value("Actual Loops", 1.0));
    found.plan += std::string(depth, ' ') + type + " " + node.value("Index Name", std::string()) +
                  " " + std::to_string(std::llround(rows_per_loop)) + "\n";
    for (const auto& child : node.value("Plans", Json::array())) add_node(child, depth + 1, found);
  }

  // A position in the order of the listing, a part of all its rows behind it; whichever they are.
  // All but a page: the last one comes next.
  std::optional<Position> position(const Json& parameters, const ListingQuery& listing,
                                   double part) {
    if (part == 0) return std::nullopt;
    static const std::map<std::string, std::string> kColumns = {{"startDate", "start_date"},
                                                                {"endDate", "end_date"},
                                                                {"duration", "state_duration"},
                                                                {"id", "key"}};
    const auto& dialect = connection_->dialect();
    const auto* key = schema_.table("executions")->column("key");
    const auto* order =
        schema_.table("executions")->column(kColumns.at(parameters.value("orderBy", "startDate")));
    const std::string direction = parameters.value("direction", "desc") == "desc" ? " DESC" : "";
    const auto quoted = dialect.value_of("t", *order);
    const auto from =
        " FROM executions AS t WHERE t.deleted = false AND t.tenant_id = 'main' AND " + quoted +
        " IS NOT NULL";
    const auto all =
        std::stoll(rows({.sql = "SELECT count(*)" + from, .parameters = {}}).at(0).at(0));
    const auto behind =
        part == 1 ? all - kPage : static_cast<std::int64_t>(part * static_cast<double>(all));
    const auto at = rows({.sql = "SELECT " + dialect.as_cursor("t", *key) + ", " +
                                 dialect.as_cursor("t", *order) + from + " ORDER BY " + quoted +
                                 direction + ", t." + dialect.quoted("key") + direction +
                                 " LIMIT 1 OFFSET " + std::to_string(behind),
                          .parameters = {}});
    Position position{.order = {}, .key = at.at(0).at(0)};
    if (listing.has_order()) position.order = at.at(0).at(1);
    return position;
  }

  std::int64_t count(const ListingQuery& listing) {
    return std::stoll(rows(listing.count()).at(0).at(0));
  }

  // Rows are counted in an index that has all columns of the filters.
  void expect_counts_by_indexes_alone() {
    for (const Json& parameters :
         {Json::object(), Json{{"namespace", "company.team"}}, Json{{"states", {"FAILED"}}},
          Json{{"endDate", "2025-09-15T00:00:00Z"}}, Json{{"startDate", "2025-09-15T00:00:00Z"}}}) {
      auto counted = parameters;
      counted["deleted"] = true;
      const auto page = cost(query(counted).count());
      EXPECT_THAT(page.plan, testing::HasSubstr(on("mysql") ? "Using index" : "Index Only Scan"))
          << counted.dump();
      EXPECT_LE(page.heap_fetches, kRows / 100) << counted.dump() << "\n" << page.plan;
    }
    // Two filters join two indexes, in memory.
    const auto both = query({{"namespace", "company.team"}, {"endDate", "2025-09-15T00:00:00Z"}});
    EXPECT_EQ(both.count().sql.starts_with("SELECT /*+ SET_VAR(join_buffer_size"), on("mysql"));
    EXPECT_TRUE(both.count().may_read_all);
  }

  // Rows that no index covers are read once, whether marked deleted or near the bound.
  void expect_counts_of_rows_to_read_each_once() {
    if (!on("postgresql")) return;
    for (const bool deleted : {false, true}) {
      const auto statement = query({{"namespace", "company.team"},
                                    {"endDate", "2025-09-15T00:00:00Z"},
                                    {"deleted", deleted}})
                                 .count();
      const auto first = statement.sql.find("FROM");
      EXPECT_EQ(statement.sql.find("FROM", first + 1), std::string::npos) << statement.sql;
      EXPECT_THAT(require(connection_->explain(statement)).scans, testing::IsEmpty());
    }
  }

  // If most of a table is stored, MySQL scans it and sorts once; a page is never read like that.
  void expect_all_rows_to_be_sorted_on_mysql_alone() {
    const auto listing = query({{"endDate", kMiddle}, {"orderBy", "endDate"}, {"deleted", true}});
    ASSERT_EQ(listing.reads_all_quicker(), on("mysql"));
    if (!on("mysql")) return;
    const auto plan = require(connection_->explain(listing.page({.all = true})));
    EXPECT_THAT(plan.scans, testing::ElementsAre("executions")) << plan.text;
    EXPECT_THAT(require(connection_->explain(listing.page({.limit = kPage}))).scans,
                testing::IsEmpty());
  }

  // A dozen rows (on PostgreSQL: buffers) for each row of the page, and of those that do not fit in
  // between: the page's keys are found in each value of `deleted`, merged, and looked up again.
  void expect_cheap(const Case& each) {
    SCOPED_TRACE(each.name);
    const auto listing = query(each.parameters);
    const auto total = count(listing);
    ASSERT_GT(total, 0);
    const auto found = each.sparse ? static_cast<double>(kPage + total)
                                   : static_cast<double>(kPage + 1) / each.share;
    std::int64_t first = 0;
    for (const double part : {0.0, 0.08, 0.77, 1.0}) {  // the pages 1, 100, 1,000 and the last
      const auto page = cost(
          listing.page({.after = position(each.parameters, listing, part), .limit = kPage + 1}));
      const auto spent = on("mysql") ? page.rows : page.pages;
      const auto told = "after " + std::to_string(part) + " of the rows, of which " +
                        std::to_string(total) + " fit: " + std::to_string(page.rows) + " rows, " +
                        std::to_string(page.pages) + " buffers\n" + page.plan;
      EXPECT_LE(static_cast<double>(spent), 12 * found) << told;
      if (part == 0) first = std::max(spent, 5 * kPage);
      if (each.share >= 0.3) {
        EXPECT_LE(spent, 2 * first) << "more than the first page: " << told;
      }
      if (std::getenv("WINNOW_SHOW_COSTS") != nullptr) {
        std::cout << each.name << " " << part << ": " << page.rows << " rows, " << page.pages
                  << " buffers\n";
      }
    }
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  plugin::Registry registry_;
  const plugin::Task& task_;
  tasks::Policy policy_;
  database::Schema schema_;
};

// One test, because filling takes longer than all the queries.
TEST_P(ListingCost, OfAPageIsAFewRowsForEachRowOfItAtAnyDepth) {
  for (const bool deleted : {false, true}) {
    const std::string which = deleted ? ", deleted too" : "";
    // By key alone the walk visits every row, whether marked deleted or not.
    const double by_key = deleted ? 0.98 : 0.65;
    for (const char* direction : {"desc", "asc"}) {
      for (const char* order : {"startDate", "endDate", "duration"}) {
        expect_cheap({std::string(order) + " " + direction + which,
                      {{"orderBy", order}, {"direction", direction}, {"deleted", deleted}}});
      }
      expect_cheap({std::string("id ") + direction + which,
                    {{"orderBy", "id"}, {"direction", direction}, {"deleted", deleted}},
                    by_key});
    }
    const auto with = [&](const std::string& name, double share, Json parameters) {
      parameters["deleted"] = deleted;
      expect_cheap({name + which, std::move(parameters), share});
    };
    with("a namespace and what lies below", 0.4, {{"namespace", "company.team"}});
    with("a namespace, by end", 0.4, {{"namespace", "company.team"}, {"orderBy", "endDate"}});
    with("a state", 0.05, {{"states", {"FAILED"}}});
    with("most states", 0.99, {{"states", {"FAILED", "SUCCESS", "KILLED"}}});
    with("a flow", 1.0 / 40, {{"flowId", "flow5"}});
    with("ended before", 0.9, {{"endDate", kMiddle}});
    with("ended before, by end", 0.9, {{"endDate", kMiddle}, {"orderBy", "endDate"}});
    with("started after", 0.9, {{"startDate", kMiddle}});
    with("started after, by end from the oldest", 0.9,
         {{"startDate", kMiddle}, {"orderBy", "endDate"}, {"direction", "asc"}});
    with("a namespace that ended before", 0.3,
         {{"namespace", "company.team"}, {"endDate", kMiddle}});
    const auto sparse = [&](const std::string& name, Json parameters) {
      parameters["deleted"] = deleted;
      expect_cheap({.name = name + which, .parameters = std::move(parameters), .sparse = true});
    };
    sparse("a rare state", {{"states", {"KILLED"}}});
    sparse("a rare state, by end", {{"states", {"KILLED"}}, {"orderBy", "endDate"}});
    sparse("a rare namespace", {{"namespace", "company.rare"}});
    sparse("a short time", {{"startDate", kMiddle}, {"endDate", "2025-09-15T12:00:00Z"}});
  }
  expect_counts_by_indexes_alone();
  expect_counts_of_rows_to_read_each_once();
  expect_all_rows_to_be_sorted_on_mysql_alone();
}

INSTANTIATE_TEST_SUITE_P(Servers, ListingCost, testing::ValuesIn(with_a_server()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
