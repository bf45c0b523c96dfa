// What a listing promises besides the selection and its order (the oracle's part): rows, columns,
// cursors, files, plans, refusals.
#include "tasks/listing/listing.h"

#include <filesystem>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/partitioned_logs.h"
#include "tests/tasks/listing/bed.h"
#include "tests/tasks/listing/world.h"

namespace winnow::tests {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
namespace fs = std::filesystem;

const char* const kDay = "2026-02-01T12:00:00.000000Z";

class Listing : public ListingBed {
 protected:
  Listing() { bed_.policy.tenants = {"main", "other"}; }
  Json run(const std::string& task, const Json& parameters) {
    return require_result(bed_.run(task, parameters));
  }
  std::vector<std::string> ids(const Json& parameters) {
    return ids_of(run("ListExecutions", parameters)["rows"]);
  }
  Json plan(const Json& parameters) {
    return require_result(bed_.plan("ListExecutions", parameters));
  }
  Failure refusal(const std::string& task, const Json& parameters) {
    const auto result = bed_.run(task, parameters);
    if (!result) return result.error();
    return Failure{.kind = FailureKind::internal, .message = "not refused"};
  }

  // e00, e01, ... a minute apart.
  void add_executions(int count, int from = 0) {
    std::vector<Json> documents;
    for (int number = from; number < from + count; ++number) {
      documents.push_back(execution_document(numbered("e", number), minute(number)));
    }
    insert_executions(rows_, documents);
  }
  static std::string numbered(const std::string& prefix, int number) {
    const auto digits = std::to_string(number);
    return prefix + std::string(6 - digits.size(), '0') + digits;
  }
  static std::string minute(int number) {
    const auto two = [](int part) { return (part < 10 ? "0" : "") + std::to_string(part); };
    return "2026-02-" + two(1 + number / 1440) + "T" + two(number / 60 % 24) + ":" +
           two(number % 60) + ":00.000000Z";
  }

  void add_log(const std::string& key, const Json& changes) {
    Json log = {{"tenantId", "main"}, {"namespace", "company.team"},
                {"flowId", "daily"},  {"executionId", "e1"},
                {"timestamp", kDay},  {"level", "INFO"},
                {"message", "done"},  {"deleted", false}};
    log.update(changes);
    // Kestra leaves out what is null (a null written out is the text `null` to MySQL's columns).
    for (const auto& [name, value] : changes.items()) {
      if (value.is_null()) log.erase(name);
    }
    rows_.execute({rows_.insertion("logs", {{"key", key}, {"value", log.dump()}})});
  }

  std::vector<fs::path> stored() const {
    return {fs::directory_iterator(bed_.store_directory), fs::directory_iterator()};
  }
  std::vector<Json> stored_rows() const {
    std::vector<Json> rows;
    std::ifstream file(stored().at(0));
    for (std::string line; std::getline(file, line);) rows.push_back(Json::parse(line));
    return rows;
  }
};

// --- Which rows ---

TEST_P(Listing, OfANamespaceMeansItselfAndWhatLiesBelow) {
  std::vector<Json> documents;
  const std::vector<std::string> names = {"company.team",  "company.team.sub", "company.teamx",
                                          "company.te_m",  "company.te%m",     "company.te%m.sub",
                                          "company.te'am", "companyxteam",     "company.te\\m"};
  for (const auto& name : names) {
    auto document = execution_document(numbered("n", static_cast<int>(documents.size())), kDay);
    document["namespace"] = name;
    documents.push_back(document);
  }
  insert_executions(rows_, documents);
  const auto listed = [this](const std::string& name) {
    const auto result =
        run("ListExecutions", {{"namespace", name}, {"orderBy", "id"}, {"direction", "asc"}});
    std::vector<std::string> found;
    for (const auto& row : result["rows"]) found.push_back(row["namespace"]);
    return found;
  };
  EXPECT_THAT(listed("company.team"), ElementsAre("company.team", "company.team.sub"));
  EXPECT_THAT(listed("company.te_m"), ElementsAre("company.te_m"));
  EXPECT_THAT(listed("company.te%m"), ElementsAre("company.te%m", "company.te%m.sub"));
  EXPECT_THAT(listed("company.te'am"), ElementsAre("company.te'am"));
  EXPECT_THAT(listed("company.te\\m"), ElementsAre("company.te\\m"));
  EXPECT_THAT(listed("%"), IsEmpty());
  EXPECT_THAT(listed("' OR 1=1 --"), IsEmpty());
  EXPECT_EQ(listed("company").size(), names.size() - 1);
}

TEST_P(Listing, OfANamespaceTellsCapitalsApartWhereTheDatabaseDoes) {
  auto document = execution_document("n1", kDay);
  document["namespace"] = "Company.Team";
  insert_executions(rows_, {document});
  EXPECT_EQ(ids({{"namespace", "company.team"}}).size(), on("mysql") ? 1U : 0U);
}

TEST_P(Listing, OfAFlowMeansExactlyTheNamespace) {
  auto below = execution_document("below", kDay);
  below["namespace"] = "company.team.sub";
  insert_executions(rows_, {execution_document("here", kDay), below});
  EXPECT_THAT(ids({{"namespace", "company.team"}, {"flowId", "daily"}}), ElementsAre("here"));
}

TEST_P(Listing, KnowsInstantsInAnyZoneToTheMicrosecond) {
  insert_executions(rows_, {execution_document("a", "2026-02-01T00:00:00.000001Z"),
                            execution_document("b", "2026-02-01T00:00:00.000002Z")});
  EXPECT_THAT(ids({{"endDate", "2026-02-01T05:30:00.000001+05:30"}}), ElementsAre("a"));
  EXPECT_THAT(ids({{"startDate", "2026-01-31T19:00:00.000002-05:00[America/New_York]"}}),
              ElementsAre("b"));
}

TEST_P(Listing, StaysInsideItsTenantAndThePolicysNamespaces) {
  auto other = execution_document("other", kDay);
  other["tenantId"] = "other";
  auto elsewhere = execution_document("elsewhere", kDay);
  elsewhere["namespace"] = "billing";
  insert_executions(rows_, {execution_document("mine", kDay), other, elsewhere});
  EXPECT_THAT(ids({{"tenant", "other"}}), ElementsAre("other"));
  bed_.policy.allow = {"company.**"};
  EXPECT_THAT(ids(Json::object()), ElementsAre("mine"));
  EXPECT_EQ(refusal("ListExecutions", {{"namespace", "billing"}}).kind, FailureKind::denied);
  EXPECT_EQ(refusal("ListExecutions", {{"tenant", "third"}}).kind, FailureKind::denied);
}

// --- What a row is ---

TEST_P(Listing, GivesTheChosenColumnsInTheirOrder) {
  insert_executions(rows_, {execution_document("e1", kDay)});
  const auto row = run("ListExecutions", {{"columns", {"endDate", "id", "deleted"}}})["rows"][0];
  EXPECT_EQ(row.dump(), std::string(R"({"endDate":")") + kDay + R"(","id":"e1","deleted":false})");
}

TEST_P(Listing, GivesTheDefaultColumnsWithoutTheDocument) {
  insert_executions(rows_, {execution_document("e1", kDay)});
  const auto row = run("ListExecutions", Json::object())["rows"][0];
  EXPECT_EQ(row, (Json{{"id", "e1"},
                       {"tenantId", "main"},
                       {"namespace", "company.team"},
                       {"flowId", "daily"},
                       {"state", "SUCCESS"},
                       {"startDate", kDay},
                       {"endDate", kDay}}));
}

TEST_P(Listing, GivesTheWholeDocument) {
  auto document = execution_document("e1", kDay);
  document["inputs"] = {
      {"text", "it's 100% \"sure\" \\ \n \xE2\x82\xAC"}, {"number", 1.5}, {"none", nullptr}};
  document["labels"] = Json::array({{{"key", "a"}, {"value", "b"}}});
  insert_executions(rows_, {document});
  const auto row = run("ListExecutions", {{"columns", {"value"}}})["rows"][0];
  // jsonb keeps no order of keys: compare without it.
  EXPECT_EQ(nlohmann::json::parse(row["value"].dump()), nlohmann::json::parse(document.dump()));
}

// A page is bounded in bytes too: ten thousand documents could be gigabytes.
TEST_P(Listing, EndsAPageEarlyBeforeItsDocumentsTakeTooMuchMemory) {
  if (GetParam().schema_version != "1.1") GTEST_SKIP() << "once on each server: it takes seconds";
  std::vector<Json> documents;
  for (int number = 0; number < 2; ++number) {
    documents.push_back(execution_document(numbered("e", number), kDay));
    documents.back()["inputs"] = {{"text", std::string(tasks::kLongestPage / 2, 'x')}};
  }
  insert_executions(rows_, documents);
  const Json parameters = {{"columns", {"id", "value"}}, {"orderBy", "id"}, {"direction", "asc"}};
  const auto page = run("ListExecutions", parameters);
  EXPECT_THAT(ids_of(page["rows"]), ElementsAre(numbered("e", 0)));
  EXPECT_EQ(page["size"], 1);
  auto next = parameters;
  next["cursor"] = page["cursor"];
  const auto last = run("ListExecutions", next);
  EXPECT_THAT(ids_of(last["rows"]), ElementsAre(numbered("e", 1)));
  EXPECT_FALSE(last.contains("cursor"));
}

TEST_P(Listing, GivesNullForWhatARowDoesNotHave) {
  auto running = execution_document("e1", kDay);
  running["state"]["current"] = "RUNNING";
  running["state"].erase("endDate");
  insert_executions(rows_, {running});
  EXPECT_TRUE(run("ListExecutions", Json::object())["rows"][0]["endDate"].is_null());
}

TEST_P(Listing, OfLogsGivesMessagesAsTheyWereWritten) {
  const std::string message = "line one\nline \"two\"\t\\ 100% \xF0\x9F\x90\xBE";
  add_log("l1", {{"message", message}, {"thread", "worker-1"}, {"attemptNumber", 2}});
  add_log("l2", {{"executionId", nullptr}, {"triggerId", "every_hour"}, {"level", "WARN"}});
  const auto rows = run("ListLogs", {{"direction", "asc"}})["rows"];
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["message"], message);
  EXPECT_EQ(rows[0]["thread"], "worker-1");
  EXPECT_EQ(rows[0]["attemptNumber"], 2);
  EXPECT_EQ(rows[0]["timestamp"], kDay);
  EXPECT_TRUE(rows[1]["executionId"].is_null());
  EXPECT_EQ(rows[1]["triggerId"], "every_hour");
  EXPECT_EQ(run("ListLogs", {{"levels", {"WARN", "ERROR"}}})["size"], 1);
  EXPECT_EQ(run("ListLogs", {{"executionId", "e1"}})["size"], 1);
}

TEST_P(Listing, OfMetricsGivesNumbers) {
  rows_.add_execution("e1", "company.team", "daily", kDay, 3);
  const auto result = run("ListMetrics", {{"names", {"rows"}}});
  EXPECT_EQ(result["size"], 3);
  EXPECT_TRUE(result["rows"][0]["value"].is_number());
  EXPECT_EQ(result["rows"][0]["value"], 1);
  EXPECT_EQ(run("ListMetrics", {{"names", {"other"}}})["size"], 0);
}

TEST_P(Listing, GivesExactInstantsWhateverZoneTheWriterHad) {
  if (!on("postgresql")) GTEST_SKIP() << "only PostgreSQL's columns keep the writer's local time";
  for (const std::string zone : {"UTC", "Asia/Tokyo", "America/New_York"}) {
    const auto document = execution_document(zone, kDay);
    rows_.execute({{"SET LOCAL TIME ZONE '" + zone + "'", {}},
                   rows_.insertion("executions", {{"key", zone}, {"value", document.dump()}})});
  }
  // Each row once, at any size of page, though the columns differ by hours.
  for (const std::size_t size : {1U, 2U, 10U}) {
    const auto all = all_pages(bed_, "ListExecutions", Json::object(), size);
    EXPECT_THAT(ids_of(all),
                testing::UnorderedElementsAre("UTC", "Asia/Tokyo", "America/New_York"));
    for (const auto& row : all) {
      EXPECT_EQ(row["startDate"], kDay);
      EXPECT_EQ(row["endDate"], kDay);
    }
  }
  EXPECT_EQ(run("ListExecutions", {{"endDate", kDay}})["size"], 3);
  EXPECT_EQ(run("ListExecutions", {{"endDate", "2026-02-01T11:59:59.999999Z"}})["size"], 0);
}

// --- Pages ---

TEST_P(Listing, HasNoCursorOnTheLastPage) {
  add_executions(4);
  EXPECT_TRUE(run("ListExecutions", {{"size", 3}}).contains("cursor"));
  EXPECT_FALSE(run("ListExecutions", {{"size", 4}}).contains("cursor"));
  EXPECT_FALSE(run("ListExecutions", {{"size", 5}}).contains("cursor"));
}

TEST_P(Listing, PutsRowsWithoutADateLastInBothDirections) {
  add_executions(3);
  for (const char* id : {"r1", "r2", "r3"}) {
    auto running = execution_document(id, kDay);
    running["state"].erase("endDate");
    insert_executions(rows_, {running});
  }
  const Json down = {{"orderBy", "endDate"}, {"direction", "desc"}};
  const Json up = {{"orderBy", "endDate"}, {"direction", "asc"}};
  for (const std::size_t size : {1U, 2U, 3U, 4U, 6U, 7U}) {
    EXPECT_THAT(ids_of(all_pages(bed_, "ListExecutions", down, size)),
                ElementsAre("e000002", "e000001", "e000000", "r3", "r2", "r1"));
    EXPECT_THAT(ids_of(all_pages(bed_, "ListExecutions", up, size)),
                ElementsAre("e000000", "e000001", "e000002", "r1", "r2", "r3"));
  }
}

TEST_P(Listing, NeitherRepeatsNorSkipsWhenRowsComeAndGoBetweenPages) {
  add_executions(6, 10);
  Json parameters = {{"size", 3}, {"direction", "asc"}};
  const auto first = run("ListExecutions", parameters);
  EXPECT_THAT(ids_of(first["rows"]), ElementsAre("e000010", "e000011", "e000012"));
  add_executions(3);  // before the page: not seen any more
  insert_executions(rows_,
                    {execution_document("e000012x", minute(12))});  // right after its last row
  auto statement = rows_.deletion("executions");  // the page's last row itself is deleted
  statement.sql += " WHERE " + connection_->dialect().quoted("key") + " = 'e000012'";
  rows_.execute({statement});
  parameters["cursor"] = first["cursor"];
  const auto second = run("ListExecutions", parameters);
  EXPECT_THAT(ids_of(second["rows"]), ElementsAre("e000012x", "e000013", "e000014"));
  parameters["cursor"] = second["cursor"];
  EXPECT_THAT(ids(parameters), ElementsAre("e000015"));
}

TEST_P(Listing, RefusesACursorOfAnotherListing) {
  add_executions(3);
  const Json asked = {{"size", 1}, {"flowId", "daily"}};
  const auto cursor = run("ListExecutions", asked)["cursor"];
  for (const Json& changed : std::vector<Json>{{{"flowId", "weekly"}},
                                               Json::object(),
                                               {{"flowId", "daily"}, {"orderBy", "id"}},
                                               {{"flowId", "daily"}, {"direction", "asc"}},
                                               {{"flowId", "daily"}, {"deleted", true}},
                                               {{"flowId", "daily"}, {"tenant", "other"}}}) {
    Json parameters = changed;
    parameters["cursor"] = cursor;
    const auto failure = refusal("ListExecutions", parameters);
    EXPECT_EQ(failure.kind, FailureKind::invalid_parameter) << parameters.dump();
    EXPECT_EQ(failure.pointer, "/cursor");
  }
  EXPECT_EQ(refusal("ListLogs", {{"flowId", "daily"}, {"cursor", cursor}}).pointer, "/cursor");
  EXPECT_EQ(refusal("ListExecutions", {{"flowId", "daily"}, {"cursor", "hello"}}).pointer,
            "/cursor");
  // Other columns, size and fetchType are the same listing.
  EXPECT_EQ(
      run("ListExecutions",
          {{"flowId", "daily"}, {"cursor", cursor}, {"columns", {"id"}}, {"size", 5}})["size"],
      2);
}

TEST_P(Listing, GoesOnFromACursorWithFetchOneAndStore) {
  add_executions(4);
  const auto cursor = run("ListExecutions", {{"size", 2}})["cursor"];
  EXPECT_EQ(run("ListExecutions", {{"fetchType", "FETCH_ONE"}, {"cursor", cursor}})["row"]["id"],
            "e000001");
  EXPECT_EQ(run("ListExecutions", {{"fetchType", "STORE"}, {"cursor", cursor}})["size"], 2);
  EXPECT_EQ(refusal("ListExecutions", {{"fetchType", "NONE"}, {"cursor", cursor}}).pointer,
            "/cursor");
}

// --- The other fetch types ---

TEST_P(Listing, FetchesOneRowOrNone) {
  const auto none = run("ListExecutions", {{"fetchType", "FETCH_ONE"}});
  EXPECT_EQ(none, (Json{{"size", 0}}));
  add_executions(3);
  const auto one = run("ListExecutions", {{"fetchType", "FETCH_ONE"}, {"columns", {"id"}}});
  EXPECT_EQ(one, (Json{{"row", {{"id", "e000002"}}}, {"size", 1}}));
}

TEST_P(Listing, CountsDeletedRowsOnlyWhenAsked) {
  auto gone = execution_document("gone", kDay);
  gone["deleted"] = true;
  insert_executions(rows_, {execution_document("here", kDay), gone});
  EXPECT_EQ(run("ListExecutions", {{"fetchType", "NONE"}}), (Json{{"size", 1}}));
  EXPECT_EQ(run("ListExecutions", {{"fetchType", "NONE"}, {"deleted", true}}), (Json{{"size", 2}}));
}

TEST_P(Listing, StoresWhatThePagesGive) {
  add_executions(2'500);  // more than one statement's rows
  const auto result = run("ListExecutions", {{"fetchType", "STORE"}, {"columns", {"id", "value"}}});
  EXPECT_EQ(result["size"], 2'500);
  ASSERT_EQ(stored().size(), 1U);
  EXPECT_THAT(result["uri"].get<std::string>(), StartsWith("file:///"));
  EXPECT_THAT(result["uri"].get<std::string>(), Not(HasSubstr(" ")));
  const auto pages = all_pages(bed_, "ListExecutions", {{"columns", {"id", "value"}}}, 700);
  EXPECT_EQ(stored_rows(), pages);
  EXPECT_EQ(bed_.host.events().size(), 2U);
  EXPECT_EQ(bed_.host.events().back()["event"], "page");
  EXPECT_EQ(bed_.host.events().back()["total"], 2'500);
}

TEST_P(Listing, StoresAnEmptyFileForNoRows) {
  EXPECT_EQ(run("ListExecutions", {{"fetchType", "STORE"}})["size"], 0);
  EXPECT_THAT(stored_rows(), IsEmpty());
}

TEST_P(Listing, LeavesNoFileWhenItIsCancelled) {
  add_executions(2'500);
  bed_.host.on_event = [this](const Json&) { bed_.cancellation.request(); };
  const auto failure = refusal("ListExecutions", {{"fetchType", "STORE"}});
  EXPECT_EQ(failure.kind, FailureKind::cancelled);
  EXPECT_THAT(stored(), IsEmpty());
}

TEST_P(Listing, TellsItsProgress) {
  add_executions(5);
  run("ListExecutions", {{"size", 3}});
  EXPECT_EQ(bed_.progress.rows_done, 3);
  EXPECT_EQ(bed_.progress.phase, tasks::Phase::working) << "the job says when it is done";
}

TEST_P(Listing, OfStatesThatTheDateCantMatchSaysSo) {
  add_executions(1);
  const Json parameters{{"endDate", "2027-01-01T00:00:00Z"}, {"states", {"RUNNING", "SUCCESS"}}};
  const auto said = testing::AllOf(HasSubstr("RUNNING"), HasSubstr("end_date"),
                                   HasSubstr("dateFilter: START"), Not(HasSubstr("SUCCESS")));
  for (const auto* fetch_type : {"FETCH", "FETCH_ONE", "STORE", "NONE"}) {
    auto fetched = parameters;
    fetched["fetchType"] = fetch_type;
    const auto result = run("ListExecutions", fetched);
    EXPECT_EQ(result["size"], 1) << fetch_type;
    EXPECT_THAT(result["notes"].dump(), said) << fetch_type;
  }
  EXPECT_THAT(plan(parameters)["notes"].dump(), said);
  EXPECT_THAT(bed_.host.logs(), testing::Each(said));
  // With the messages of a purge.
  auto purge = parameters;
  purge["dryRun"] = true;
  EXPECT_EQ(run("PurgeExecutions", purge)["notes"], run("ListExecutions", parameters)["notes"]);
  for (auto other : {Json{{"dateFilter", "START"}}, Json{{"states", {"SUCCESS"}}}}) {
    auto changed = parameters;
    changed.update(other);
    EXPECT_FALSE(run("ListExecutions", changed).contains("notes")) << other;
  }
  EXPECT_FALSE(run("ListExecutions", {{"states", {"RUNNING"}}}).contains("notes"));
}

TEST_P(Listing, ReportsThatItWaitsForALock) {
  if (on("sqlite")) GTEST_SKIP() << "readers wait for nobody";
  add_executions(1);
  auto settings = database_.settings();
  settings.lock_timeout_ms = 600'000;
  TaskBed bed(settings);
  bed.policy.tenants = {"main"};
  const auto other = database_.connection();
  const auto ask = [&](const char* sql) {
    require(other->query(database::plain(sql), [](const database::Row&) { return true; }));
  };
  if (on("postgresql")) ask("BEGIN");
  ask(on("postgresql") ? "LOCK TABLE executions IN ACCESS EXCLUSIVE MODE"
                       : "LOCK TABLES executions WRITE");
  std::vector<Json> waits;
  bed.host.on_event = [&](const Json& event) {
    waits.push_back(event);
    ask(on("postgresql") ? "ROLLBACK" : "UNLOCK TABLES");
  };
  EXPECT_EQ(require_result(bed.run("ListExecutions", Json::object()))["size"], 1);
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_EQ(waits.front()["event"], "waiting");
  EXPECT_THAT(waits.front()["for"].get<std::string>(), HasSubstr("table \"executions\""));
  EXPECT_THAT(bed.host.logs(), ElementsAre(HasSubstr("waiting for a lock on table")));
}

// --- What it refuses ---

TEST_P(Listing, NamesTheTableOrColumnThatIsMissing) {
  rows_.execute({{"ALTER TABLE metrics RENAME TO metrics_gone", {}}});
  auto failure = refusal("ListMetrics", Json::object());
  EXPECT_EQ(failure.kind, FailureKind::schema);
  EXPECT_THAT(failure.message, HasSubstr("metrics"));
  rows_.execute({{"ALTER TABLE logs RENAME COLUMN attempt_number TO attempts", {}}});
  failure = refusal("ListLogs", Json::object());
  EXPECT_EQ(failure.kind, FailureKind::schema);
  EXPECT_THAT(failure.message, HasSubstr("attempt_number"));
  EXPECT_EQ(run("ListLogs", {{"columns", {"level"}}})["size"], 0);  // not needed: not missed
}

TEST_P(Listing, RefusesDatesWithoutAZoneAndNamesTheParameter) {
  const auto failure = refusal("ListExecutions", {{"startDate", "2026-02-01T00:00:00"}});
  EXPECT_EQ(failure.kind, FailureKind::invalid_parameter);
  EXPECT_EQ(failure.pointer, "/startDate");
}

TEST_P(Listing, RefusesColumnsOrdersAndSizesThatItDoesNotHave) {
  EXPECT_EQ(refusal("ListExecutions", {{"columns", {"id", "password"}}}).pointer, "/columns/1");
  EXPECT_EQ(refusal("ListExecutions", {{"columns", {"id", "id"}}}).pointer, "/columns/1");
  EXPECT_EQ(refusal("ListExecutions", {{"orderBy", "state"}}).pointer, "/orderBy");
  EXPECT_EQ(refusal("ListExecutions", {{"size", 0}}).pointer, "/size");
  EXPECT_EQ(refusal("ListExecutions", {{"size", 10'001}}).pointer, "/size");
  EXPECT_EQ(refusal("ListExecutions", {{"fetchType", "ALL"}}).pointer, "/fetchType");
}

// --- Durations ---

TEST_P(Listing, TellsADurationInWholeMilliseconds) {
  std::vector<Json> documents;
  for (const double seconds : {0.0, 1.5, 59.999, 60.0, 125.512, 3725.25, 172'800.001}) {
    auto document = execution_document(numbered("d", static_cast<int>(documents.size())), kDay);
    document["state"]["duration"] = seconds;
    documents.push_back(document);
  }
  insert_executions(rows_, documents);
  Json parameters = {{"orderBy", "duration"}, {"direction", "asc"}, {"columns", {"duration"}}};
  std::vector<Json> listed;
  for (const auto& row : all_pages(bed_, "ListExecutions", parameters, 2)) {
    listed.push_back(row["duration"]);
  }
  EXPECT_THAT(listed, ElementsAre(0, 1500, 59'999, 60'000, 125'512, 3'725'250, 172'800'001));
}

// Until 1.3 Kestra's column on PostgreSQL lacks the whole minutes, so its index has the wrong
// order.
TEST_P(Listing, ByDurationNamesTheIndexOfTheDocumentsThatItNeeds) {
  if (!on("postgresql") || GetParam().schema_version == "2.0") GTEST_SKIP() << "a column serves";
  for (int from = 0; from < 20'000; from += 5'000) add_executions(5'000, from);
  rows_.execute({{"ANALYZE executions", {}}});
  const Json parameters = {{"orderBy", "duration"}};
  const auto failure = refusal("ListExecutions", parameters);
  EXPECT_EQ(failure.kind, FailureKind::schema);
  EXPECT_THAT(failure.message, HasSubstr("kestra-io/kestra#16908"));
  const auto planned = plan(parameters);
  const auto index = planned["statements"][0]["missingIndex"].get<std::string>();
  EXPECT_THAT(failure.message, HasSubstr(index));
  require(connection_->query({.sql = index, .parameters = {}}, [](const auto&) { return true; }));
  rows_.execute({{"ANALYZE executions", {}}});
  EXPECT_EQ(run("ListExecutions", parameters)["size"], 100);
  for (const auto& statement : plan(parameters)["statements"]) {
    EXPECT_THAT(statement["scans"], IsEmpty()) << statement.dump();
  }
}

// --- Partitions ---

TEST_P(Listing, OfPartitionedLogsPagesThroughAllOfThem) {
  if (on("sqlite")) GTEST_SKIP() << "has no partitions";
  partition_logs(*connection_);
  for (int number = 0; number < 6; ++number) {
    const std::string year = number % 2 == 0 ? "2025" : "2026";
    add_log(numbered("l", number), {{"timestamp", year + "-03-01T00:00:00.000000Z"}});
  }
  for (const char* order : {"timestamp", "id"}) {
    const Json parameters = {{"columns", {"id"}}, {"orderBy", order}};
    EXPECT_EQ(all_pages(bed_, "ListLogs", parameters, 2).size(), 6U) << order;
    EXPECT_EQ(run("ListLogs", {{"fetchType", "NONE"}, {"orderBy", order}})["size"], 6) << order;
  }
}

TEST_P(Listing, OfPartitionedLogsSaysWhereAPartitionWouldBeScanned) {
  if (!on("postgresql")) GTEST_SKIP() << "MySQL's plans name the table";
  partition_logs(*connection_);
  rows_.execute(
      {{"INSERT INTO logs (key, value) SELECT 'k' || n, jsonb_build_object('tenantId', 'main', "
        "'namespace', 'n', 'flowId', 'f', 'deleted', false, 'level', 'INFO', "
        "'timestamp', '2026-03-01T00:00:00Z') FROM generate_series(1, 12000) AS n",
        {}},
       {"DO $$ DECLARE name text; BEGIN FOR name IN SELECT indexname FROM pg_indexes "
        "WHERE tablename = 'logs' AND indexname <> 'logs_pkey' "
        "LOOP EXECUTE format('DROP INDEX %I', name); END LOOP; END $$",
        {}},
       {"ANALYZE logs", {}}});
  // A count uses any index that the server finds.
  const auto failure = refusal("ListLogs", {{"fetchType", "NONE"}});
  EXPECT_EQ(failure.kind, FailureKind::schema);
  EXPECT_THAT(failure.message, HasSubstr("from end to end"));
}

// --- Plans ---

TEST_P(Listing, UsesAnIndexForEveryOrderAtAnyDepthAndScansNothing) {
  for (int from = 0; from < 20'000; from += 5'000) add_executions(5'000, from);
  if (!on("mysql")) rows_.execute({{on("sqlite") ? "ANALYZE" : "ANALYZE executions", {}}});
  std::vector<std::string> orders = {"startDate", "endDate", "id"};
  if (!on("postgresql") || GetParam().schema_version == "2.0") orders.emplace_back("duration");
  for (const auto& order : orders) {
    for (const bool deleted : {false, true}) {
      Json parameters = {{"orderBy", order}, {"deleted", deleted}, {"size", 100}};
      for (int page = 0; page < 2; ++page) {
        const auto planned = plan(parameters);
        for (const auto& statement : planned["statements"]) {
          EXPECT_FALSE(statement["indexes"].empty()) << order << " " << statement.dump();
          EXPECT_TRUE(statement["scans"].empty()) << order << " " << statement.dump();
        }
        parameters["cursor"] = run("ListExecutions", parameters)["cursor"];
      }
    }
  }
}

TEST_P(Listing, HoldsNoValuesInItsPlan) {
  Json parameters = {{"namespace", "company.secret"},
                     {"flowId", "hidden"},
                     {"size", 2},
                     {"endDate", "2026-07-07T07:07:07Z"}};
  for (const char* type : {"FETCH", "FETCH_ONE", "STORE", "NONE"}) {
    parameters["fetchType"] = type;
    const auto planned = plan(parameters);
    EXPECT_EQ(planned["task"], "ListExecutions");
    EXPECT_THAT(planned["server"].get<std::string>(), Not(IsEmpty()));
    ASSERT_FALSE(planned["statements"].empty());
    const auto text = planned.dump();
    for (const char* value : {"secret", "hidden", "2026"}) EXPECT_THAT(text, Not(HasSubstr(value)));
    EXPECT_EQ(planned["statements"][0]["purpose"], std::string(type) == "NONE" ? "count" : "page");
  }
}

TEST_P(Listing, ReadsRowsWithoutAValueOnlyWhereItHasTo) {
  EXPECT_EQ(plan({{"orderBy", "startDate"}})["statements"].size(), 1U);
  EXPECT_EQ(plan({{"orderBy", "endDate"}})["statements"].size(), 2U);
  // A bound leaves out the rows without a date: to look for them read a whole table once more.
  EXPECT_EQ(
      plan({{"orderBy", "endDate"}, {"endDate", "2026-01-01T00:00:00Z"}})["statements"].size(), 1U);
}

TEST_P(Listing, NamesTheRightThatItLacks) {
  if (!on("postgresql")) GTEST_SKIP() << "another account is made on PostgreSQL only";
  auto settings = database_.settings();
  settings.user = settings.database + "_stranger";  // roles are the whole server's
  rows_.execute({{"CREATE ROLE " + settings.user + " LOGIN PASSWORD 'stranger'", {}},
                 {"GRANT SELECT ON logs TO " + settings.user, {}}});
  settings.password = "stranger";
  {
    TaskBed stranger(settings);
    EXPECT_TRUE(stranger.run("ListLogs", Json::object()));
    const auto result = stranger.run("ListExecutions", Json::object());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().kind, FailureKind::schema);
    EXPECT_THAT(result.error().message, HasSubstr("SELECT"));
    EXPECT_THAT(result.error().message, HasSubstr("executions"));
  }
  rows_.execute({{"DROP OWNED BY " + settings.user, {}}, {"DROP ROLE " + settings.user, {}}});
}

INSTANTIATE_TEST_SUITE_P(Engines, Listing, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
