#include "tests/tasks/purge/world.h"

#include <algorithm>
#include <cctype>
#include <fstream>

#include "document/instant.h"
#include "tests/tasks/selection/filter_world.h"

namespace winnow::tests {
namespace {

using database::Statement;
using document::Instant;
using std::chrono::hours;
using std::chrono::microseconds;

// Everything happens around this moment; bounds and dates are equal to the microsecond.
Instant middle() {
  return *document::parse_instant("2026-03-10T12:00:00.000000Z");
}

const std::vector<microseconds>& offsets() {
  static const std::vector<microseconds> all{
      hours(-24 * 40), hours(-19),       hours(-18),      hours(-17),      hours(-2),
      hours(-1),       microseconds(-1), microseconds(0), microseconds(0), microseconds(1),
      hours(1),        hours(17),        hours(18),       hours(19),       hours(24 * 20)};
  return all;
}

const std::vector<std::string>& namespaces() {
  static const std::vector<std::string> all{
      "company.team",   "company.team",     "company.team.sub", "company.teamx",
      "company",        "Company.Team",     "company_team.a",   "companyXteam.a",
      "company.team_a", "company.team_a.b", "company.teamXa.b"};
  return all;
}

// Flow ids with the folder that Kestra keeps their files in.
const std::vector<std::pair<std::string, std::string>>& flows() {
  static const std::vector<std::pair<std::string, std::string>> all{{"daily", "daily"},
                                                                    {"load_data", "load-data"},
                                                                    {"Report", "report"},
                                                                    {"it's 100%", "its-100"}};
  return all;
}

const std::vector<std::string>& states() {
  static const std::vector<std::string> all{
      "SUCCESS",   "SUCCESS", "SUCCESS",  "WARNING", "FAILED",    "KILLED",
      "CANCELLED", "SKIPPED", "RETRIED",  "PAUSED",  "PAUSED",    "RUNNING",
      "CREATED",   "QUEUED",  "RETRYING", "KILLING", "RESTARTED", "BREAKPOINT"};
  return all;
}

bool is_terminal(const std::string& state) {
  static const std::set<std::string> terminal{"SUCCESS",   "WARNING", "FAILED",  "KILLED",
                                              "CANCELLED", "RETRIED", "SKIPPED", "RESUBMITTED"};
  return terminal.contains(state);
}

std::string slug_of(const std::string& flow) {
  for (const auto& [id, slug] : flows()) {
    if (id == flow) return slug;
  }
  return {};
}

std::string text_at(const Json& document, const char* name) {
  return document.value(name, "");
}

// By the database's comparison: MySQL's collation treats `Company.Team` and `company.team` as
// equal.
std::string compared(std::string text, bool ignores_case) {
  if (!ignores_case) return text;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

bool selected(const Json& execution, const Json& parameters, const std::string& tenant,
              bool ignores_case) {
  if (text_at(execution, "tenantId") != tenant) return false;
  const auto name_space = compared(text_at(execution, "namespace"), ignores_case);
  if (!fits_filters(execution, parameters)) return false;
  if (parameters.contains("namespace") && is_plain(parameters["namespace"])) {
    const auto wanted = compared(parameters["namespace"], ignores_case);
    const bool below = !parameters.contains("flowId") && name_space.starts_with(wanted + ".");
    if (name_space != wanted && !below) return false;
  }
  if (parameters.contains("flowId") && is_plain(parameters["flowId"]) &&
      text_at(execution, "flowId") != parameters["flowId"]) {
    return false;
  }
  const auto& state = execution["state"];
  if (!state.contains("endDate")) return false;
  const auto instant = [](const Json& text) {
    return *document::parse_instant(text.get<std::string>());
  };
  if (instant(state["endDate"]) > instant(parameters["endDate"])) return false;
  if (parameters.contains("startDate") &&
      instant(state["startDate"]) < instant(parameters["startDate"])) {
    return false;
  }
  const std::string current = state["current"];
  if (!parameters.contains("states")) return is_terminal(current);
  const auto& wanted = parameters["states"];
  return std::find(wanted.begin(), wanted.end(), current) != wanted.end();
}

}  // namespace

std::string folder_of(const Json& execution) {
  std::string folder = text_at(execution, "namespace");
  std::replace(folder.begin(), folder.end(), '.', '/');
  if (execution.contains("tenantId")) folder = text_at(execution, "tenantId") + "/" + folder;
  return folder + "/" + slug_of(text_at(execution, "flowId")) + "/executions/" +
         text_at(execution, "id");
}

std::map<std::string, std::string> dependents_of(const Json& execution,
                                                 const std::string& version) {
  const auto id = text_at(execution, "id");
  const auto tenant = execution.contains("tenantId") ? text_at(execution, "tenantId") + "_" : "";
  std::map<std::string, std::string> keys{
      {"sla_monitor", id + "_sla1"},
      {"execution_queued",
       tenant + text_at(execution, "namespace") + "_" + text_at(execution, "flowId") + "_" + id},
      {"executordelayed", id + "_run1"},
      {"worker_job_running", "run-of-" + id}};
  if (version == "2.0") {
    keys["task_outputs"] = "run-of-" + id;
    keys["execution_outputs"] = id;
  } else {
    keys["executorstate"] = id;
    keys["queues"] = id;
  }
  return keys;
}

namespace {

std::vector<std::string> tables_of(const std::string& version) {
  std::vector<std::string> tables{"executions", "logs", "metrics"};
  for (const auto& [table, key] : dependents_of(Json::object(), version)) tables.push_back(table);
  return tables;
}

}  // namespace

WorldMaker::WorldMaker(database::Connection& connection, std::string version,
                       std::filesystem::path storage, std::mt19937_64& random)
    : version_(std::move(version)),
      storage_(std::move(storage)),
      random_(random),
      tables_(connection, tables_of(version_)),
      zones_(connection.dialect().name() == "postgresql") {}

std::int64_t WorldMaker::pick(std::int64_t below) {
  return static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(below));
}

std::string WorldMaker::moment() {
  return document::to_text(middle() + one_of(offsets()));
}

Json WorldMaker::execution(int number) {
  const std::string state = one_of(states());
  Json document{{"id", "Exec" + std::to_string(number) + "x" + std::to_string(pick(1'000'000))},
                {"namespace", one_of(namespaces())},
                {"flowId", one_of(flows()).first},
                {"flowRevision", 1},
                {"deleted", pick(6) == 0}};
  const auto tenant = pick(10);
  if (tenant < 8) document["tenantId"] = "main";
  if (tenant == 8) document["tenantId"] = "other";
  add_facts(random_, document);
  document["state"] = Json{{"current", state}, {"duration", 1.5}, {"startDate", moment()}};
  // Kestra writes an end date for terminal and for paused executions only.
  if (is_terminal(state) || state == "PAUSED") document["state"]["endDate"] = moment();
  return document;
}

void WorldMaker::add_children(World& world, const Json& execution) {
  const auto child = [&](const std::string& key) {
    Json value{{"namespace", execution["namespace"]},
               {"flowId", execution["flowId"]},
               {"taskId", "t"},
               {"executionId", execution["id"]},
               {"taskRunId", "r"},
               {"timestamp", moment()},
               {"deleted", pick(8) == 0}};
    if (execution.contains("tenantId")) value["tenantId"] = execution["tenantId"];
    return Json{{"key", key}, {"value", value}};
  };
  const auto number = std::to_string(world.executions.size());
  for (std::int64_t i = pick(3); i >= 0; --i) {
    auto log = child("log" + number + "-" + std::to_string(i));
    log["value"]["level"] = "INFO";
    log["value"]["message"] = "it's 100% \"done\"";
    world.logs.push_back(log);
    auto metric = child("metric" + number + "-" + std::to_string(i));
    metric["value"].update(Json{{"name", "rows"}, {"type", "counter"}, {"value", 1.5}});
    world.metrics.push_back(metric);
  }
  for (const auto& [table, key] : dependents_of(execution, version_)) {
    if (pick(2) == 0) world.rows[table].insert(key);
  }
  for (std::int64_t i = pick(3); i > 0; --i) {
    const auto folder = folder_of(execution) + "/tasks/t/r";
    world.rows["files"].insert(folder + "/" + std::to_string(i) + ".txt");
  }
}

World WorldMaker::make(std::int64_t fewest, std::int64_t more,
                       const std::function<void(Json&)>& adorn) {
  World world;
  world.rows["logs"].insert("trigger-log");  // a trigger's log belongs to no execution
  world.logs.push_back(Json{{"key", "trigger-log"},
                            {"value",
                             {{"tenantId", "main"},
                              {"namespace", "company.team"},
                              {"flowId", "daily"},
                              {"triggerId", "every-hour"},
                              {"timestamp", document::to_text(middle() - hours(24 * 300))},
                              {"level", "INFO"},
                              {"message", "fired"},
                              {"deleted", false}}}});
  const auto count = fewest + pick(more);
  for (int i = 0; i < count; ++i) {
    world.executions.push_back(execution(i));
    if (adorn) adorn(world.executions.back());
    add_children(world, world.executions.back());
  }
  for (const auto& execution : world.executions) {
    world.rows["executions"].insert(text_at(execution, "id"));
  }
  for (const auto& log : world.logs) world.rows["logs"].insert(text_at(log, "key"));
  for (const auto& metric : world.metrics) world.rows["metrics"].insert(text_at(metric, "key"));
  write(world);
  return world;
}

void WorldMaker::write_dependents(const World& world, const Json& execution,
                                  std::vector<Statement>& statements) const {
  const auto id = text_at(execution, "id");
  const Json value{{"executionId", id},
                   {"slaId", "sla1"},
                   {"deadline", document::to_text(middle())},
                   {"date", document::to_text(middle())},
                   {"namespace", execution["namespace"]},
                   {"flowId", execution["flowId"]},
                   {"taskRun", {{"executionId", id}}},
                   {"workerInstance", {{"workerUuid", "w"}, {"uid", "w"}}}};
  for (const auto& [table, key] : dependents_of(execution, version_)) {
    const auto written = world.rows.find(table);
    if (written == world.rows.end() || !written->second.contains(key)) continue;
    Values values{{"key", key}, {"value", value.dump()}};
    if (table == "task_outputs") {
      values = {{"key", key}, {"task_run_id", key}, {"tenant_id", "main"}, {"execution_id", id}};
    } else if (table == "execution_outputs") {
      values = {{"key", key}, {"tenant_id", "main"}};
    } else if (table == "queues") {
      values.emplace_back("type", "io.kestra.core.models.executions.Execution");
    }
    statements.push_back(tables_.insertion(table, values));
  }
}

void WorldMaker::write(const World& world) {
  std::vector<Statement> statements;
  for (const auto& [name, table] : tables_.schema().tables) {
    statements.push_back(tables_.deletion(name));
  }
  // The sessions that write to PostgreSQL have different zones: its executions hold their local
  // time.
  static const std::vector<std::string> zones{"UTC", "Europe/Paris", "America/Los_Angeles",
                                              "Pacific/Kiritimati"};
  for (const auto& execution : world.executions) {
    if (zones_ && pick(3) == 0) {
      statements.push_back(
          Statement{.sql = "SET LOCAL TIME ZONE '" + one_of(zones) + "'", .parameters = {}});
    }
    statements.push_back(tables_.insertion(
        "executions", {{"key", text_at(execution, "id")}, {"value", execution.dump()}}));
    write_dependents(world, execution, statements);
  }
  for (const auto* table : {&world.logs, &world.metrics}) {
    const auto* name = table == &world.logs ? "logs" : "metrics";
    for (const auto& row : *table) {
      statements.push_back(
          tables_.insertion(name, {{"key", row["key"]}, {"value", row["value"].dump()}}));
    }
  }
  tables_.execute(statements);

  std::filesystem::remove_all(storage_);
  // Of the tenant, in worlds without a file too: a storage without it is refused.
  std::filesystem::create_directories(storage_ / "main");
  const auto files = world.rows.find("files");
  if (files == world.rows.end()) return;
  for (const auto& file : files->second) {
    std::filesystem::create_directories((storage_ / file).parent_path());
    std::ofstream(storage_ / file) << "content";
  }
}

Rows WorldMaker::look() {
  Rows rows;
  for (const auto& [name, table] : tables_.schema().tables) rows[name] = tables_.keys(name);
  for (const auto& entry : std::filesystem::recursive_directory_iterator(storage_)) {
    if (entry.is_regular_file()) {
      rows["files"].insert(std::filesystem::relative(entry.path(), storage_).string());
    }
  }
  return rows;
}

Json random_parameters(std::mt19937_64& random) {
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  const auto moment = [&] {
    const auto instant = middle() + offsets()[pick(offsets().size())];
    // The same instant, written in another zone.
    if (pick(2) == 0) return document::to_text(instant);
    auto text = document::to_text(instant + hours(2));
    return text.substr(0, text.size() - 1) + "+02:00";
  };
  Json parameters{{"endDate", moment()}, {"batchSize", 1 + pick(30)}};
  if (pick(2) == 0) parameters["namespace"] = namespaces()[pick(namespaces().size())];
  if (pick(4) == 0) parameters["flowId"] = flows()[pick(flows().size())].first;
  if (pick(3) == 0) parameters["startDate"] = moment();
  if (pick(3) == 0) {
    std::set<std::string> wanted;
    for (std::size_t i = 0; i <= pick(4); ++i) wanted.insert(states()[pick(states().size())]);
    parameters["states"] = wanted;
  }
  for (const char* name : {"purgeLog", "purgeMetric", "purgeStorage", "purgeExecution"}) {
    if (pick(8) == 0) parameters[name] = false;
  }
  if (pick(6) == 0) parameters["dryRun"] = true;
  return parameters;
}

Expectation expected_after(const World& world, const Json& parameters, const std::string& tenant,
                           const TestEngine& engine) {
  const bool ignores_case = engine.name == "mysql";
  Expectation expected{.left = world.rows,
                       .counts = {{"executionsCount", 0},
                                  {"logsCount", 0},
                                  {"metricsCount", 0},
                                  {"storagesCount", 0},
                                  {"taskOutputsCount", 0},
                                  {"executionOutputsCount", 0},
                                  {"dependentsCount", 0}}};
  const auto take = [&expected](const std::string& table, const std::string& key,
                                const std::string& counter) {
    if (expected.left[table].erase(key) == 1) {
      expected.counts[counter] = expected.counts[counter].get<int>() + 1;
    }
  };
  const auto on = [&parameters](const char* name) { return parameters.value(name, true); };
  for (const auto& execution : world.executions) {
    if (!selected(execution, parameters, tenant, ignores_case)) continue;
    const auto id = text_at(execution, "id");
    for (const auto& log : world.logs) {
      if (on("purgeLog") && text_at(log["value"], "executionId") == id)
        take("logs", log["key"], "logsCount");
    }
    for (const auto& metric : world.metrics) {
      if (on("purgeMetric") && text_at(metric["value"], "executionId") == id) {
        take("metrics", metric["key"], "metricsCount");
      }
    }
    const auto files =
        world.rows.contains("files") ? world.rows.at("files") : std::set<std::string>{};
    for (const auto& file : files) {
      if (on("purgeStorage") && file.starts_with(folder_of(execution) + "/")) {
        take("files", file, "storagesCount");
      }
    }
    if (!on("purgeExecution")) continue;
    for (const auto& [table, key] : dependents_of(execution, engine.schema_version)) {
      const auto counter = table == "task_outputs"        ? "taskOutputsCount"
                           : table == "execution_outputs" ? "executionOutputsCount"
                                                          : "dependentsCount";
      take(table, key, counter);
    }
    take("executions", id, "executionsCount");
  }
  if (parameters.value("dryRun", false)) expected.left = world.rows;
  return expected;
}

}  // namespace winnow::tests
