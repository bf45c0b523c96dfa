#include "tools/sample/dependents.h"

#include "tools/sample/documents.h"

namespace winnow::sample {
namespace {

using document::to_text;
using std::chrono::hours;

// The due time of an execution's entries: long after any trial, so that a live executor that is
// started on these rows does not touch them.
constexpr hours kNotYet{24 * 365 * 20};

class Dependents {
 public:
  Dependents(const Facts& facts, const Json& execution, std::string_view version, Random& random)
      : facts_(facts), execution_(execution), version_(version), random_(random) {}

  std::vector<Row> make() {
    const bool live = !facts_.end || facts_.state == "PAUSED";
    if (version_ != "2.0" && (live || random_.percent(15))) executor_state();
    if (random_.percent(5)) sla_monitor();
    if (facts_.state == "QUEUED" || random_.percent(1)) queued();
    if (facts_.state == "PAUSED" || facts_.state == "RETRYING" || random_.percent(1)) delayed();
    if (facts_.state == "RUNNING" || facts_.state == "KILLING" || random_.percent(1)) worker_job();
    if (version_ != "2.0" && random_.percent(8)) messages();
    if (version_ == "2.0") outputs();
    return std::move(rows_);
  }

 private:
  TaskRunFacts some_run() {
    return facts_.task_runs.empty() ? TaskRunFacts{random_.id(), "first"}
                                    : facts_.task_runs.front();
  }

  void add(std::string_view table, std::string key, const Json& value) {
    rows_.push_back({document_table(table), {std::move(key), value.dump()}});
  }

  void executor_state() {
    add("executorstate", facts_.id,
        {{"executionId", facts_.id},
         {"workerTaskDeduplication", Json::object()},
         {"childDeduplication", Json::object()}});
  }

  void sla_monitor() {
    add("sla_monitor", facts_.id + "_max_duration",
        {{"executionId", facts_.id},
         {"slaId", "max_duration"},
         {"deadline", to_text(facts_.start + kNotYet)}});
  }

  void queued() {
    Json value = flow_fields(facts_);
    value["execution"] = flow_fields(facts_);
    value["execution"]["id"] = facts_.id;
    value["date"] = to_text(facts_.start);
    add("execution_queued", composed_key(facts_, facts_.id), value);
  }

  void delayed() {
    const auto run = some_run();
    add("executordelayed", facts_.id + "_" + run.id,
        {{"taskRunId", run.id},
         {"executionId", facts_.id},
         {"date", to_text(facts_.last + kNotYet)},
         {"state", "RUNNING"},
         {"delayType", "RESUME_FLOW"}});
  }

  void worker_job() {
    const auto run = some_run();
    const Json worker =
        version_ == "2.0" ? Json{{"uid", random_.id()}} : Json{{"workerUuid", random_.id()}};
    add("worker_job_running", run.id,
        {{"type", "task"},
         {"workerInstance", worker},
         {"taskRun", {{"id", run.id}, {"executionId", facts_.id}}}});
  }

  // Consumed messages about the execution: messages with the execution's id as their key, and one
  // of another type with a different key. From 2.0 on a consumer deletes a message.
  void messages() {
    const std::string models = "io.kestra.core.models.executions.";
    message(models + "Execution", facts_.id, execution_, "executor");
    if (facts_.state == "KILLED" || facts_.state == "KILLING") {
      Json killed{{"type", "execution"}, {"state", "EXECUTED"}, {"executionId", facts_.id}};
      if (facts_.tenant) killed["tenantId"] = *facts_.tenant;
      message(models + "ExecutionKilled", facts_.id, killed, "executor");
    }
    message(models + "LogEntry", random_.id(), log_document(facts_, version_, random_), "indexer");
  }

  void message(std::string type, std::string key, const Json& value, std::string consumer) {
    rows_.push_back({queues_table(),
                     {std::move(type), std::move(key), value.dump(), to_text(facts_.last),
                      std::move(consumer)}});
  }

  void outputs() {
    if (!facts_.tenant) return;  // from 2.0 on there always is one, and the columns are NOT NULL
    for (const auto& run : facts_.task_runs) {
      rows_.push_back(
          {task_outputs_table(), {run.id, run.id, *facts_.tenant, facts_.id, "{rows: 118}"}});
    }
    if (random_.percent(30)) {
      rows_.push_back({execution_outputs_table(), {facts_.id, *facts_.tenant, "{done: true}"}});
    }
    if (facts_.end) statistics();
  }

  void statistics() {
    Json value = flow_fields(facts_);
    value["executionId"] = facts_.id;
    value["state"] = facts_.state;
    value["date"] = to_text(facts_.last);
    add("execution_statistics", facts_.id, value);
  }

  const Facts& facts_;
  const Json& execution_;
  std::string_view version_;
  Random& random_;
  std::vector<Row> rows_;
};

Json trigger_document(const Facts& facts, std::string_view version) {
  const auto next = to_text(facts.start + hours{24});
  Json value = flow_fields(facts);
  value["triggerId"] = "schedule";
  value["disabled"] = false;
  if (version == "2.0") {
    const auto epoch = std::chrono::floor<std::chrono::milliseconds>(facts.start + hours{24});
    value.update(Json{{"updatedAt", to_text(facts.start)},
                      {"nextEvaluationDate", next},
                      {"nextEvaluationEpoch", epoch.time_since_epoch().count()},
                      {"vnode", 41},
                      {"locked", false},
                      {"type", "SCHEDULE"}});
    return value;
  }
  // Zoned dates have three digits of fraction here.
  const auto zoned = [](const std::string& text) { return text.substr(0, 23) + "Z"; };
  value.update(Json{{"date", zoned(to_text(facts.start))},
                    {"nextExecutionDate", zoned(next)},
                    {"updatedDate", to_text(facts.start)}});
  return value;
}

}  // namespace

std::vector<Row> dependent_rows(const Facts& facts, const Json& execution, std::string_view version,
                                Random& random) {
  return Dependents(facts, execution, version, random).make();
}

std::vector<Row> flow_rows(const Facts& facts, std::string_view version) {
  std::vector<Row> rows;
  rows.push_back({document_table("triggers"),
                  {composed_key(facts, "schedule"), trigger_document(facts, version).dump()}});
  Json limit = flow_fields(facts);
  limit["running"] = 1;
  const std::string tenant = facts.tenant ? *facts.tenant + "|" : "";
  rows.push_back({document_table("concurrency_limit"),
                  {tenant + facts.name_space + "|" + facts.flow, limit.dump()}});
  return rows;
}

}  // namespace winnow::sample
