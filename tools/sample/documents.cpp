#include "tools/sample/documents.h"

#include <algorithm>

#include "tools/sample/catalog.h"

namespace winnow::sample {
namespace {

using document::to_text;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t kSmallest = 2'150;
constexpr std::size_t kLargest = 2'950;

bool at_least_1_3(std::string_view version) {
  return version != "1.1";
}

double seconds(microseconds duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

Json history(std::string_view state, Instant date) {
  return {{"state", state}, {"date", to_text(date)}};
}

// `duration` always exists in 1.1, later only with an end.
Json state_document(const Facts& facts, std::string_view version, Instant start) {
  Json histories = Json::array({history("CREATED", start)});
  const auto begun = std::min(start + milliseconds{120}, facts.last);
  if (facts.state != "CREATED" && facts.state != "QUEUED")
    histories.push_back(history("RUNNING", begun));
  if (facts.state != "CREATED" && facts.state != "RUNNING") {
    histories.push_back(history(facts.state, facts.last));
  }
  Json state{{"current", facts.state}, {"histories", std::move(histories)}};
  if (facts.end || !at_least_1_3(version)) state["duration"] = seconds(facts.last - start);
  state["startDate"] = to_text(start);
  if (facts.end) state["endDate"] = to_text(*facts.end);
  return state;
}

std::string some_words(Random& random, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    if (!text.empty()) text += ' ';
    text += random.pick(words());
  }
  return text;
}

Json labels_of(const Facts& facts, Random& random) {
  constexpr std::string_view kTeams[] = {"finance", "sales", "logistics", "it's us"};
  Json labels = Json::array({{{"key", "system.correlationId"}, {"value", facts.id}}});
  if (random.percent(70)) {
    labels.push_back({{"key", "team"}, {"value", random.pick(kTeams)}});
  }
  return labels;
}

Json trigger_of(const Facts& facts) {
  if (facts.scheduled) {
    return {{"id", "schedule"},
            {"type", "io.kestra.plugin.core.trigger.Schedule"},
            {"variables", {{"date", to_text(facts.start)}}}};
  }
  return {
      {"id", facts.subflow ? "call" : "after_parent"},
      {"type",
       facts.subflow ? "io.kestra.plugin.core.flow.Subflow" : "io.kestra.plugin.core.trigger.Flow"},
      {"variables",
       {{"executionId", *facts.parent}, {"namespace", facts.name_space}, {"flowId", "parent"}}}};
}

void add_loop_run(const Facts& facts, Json& document, Random& random) {
  document["parentId"] = random.id();
  document["loopRun"] = {{"taskId", "each"},
                         {"taskRunId", random.id()},
                         {"index", random.between(0, 50)},
                         {"value", facts.flow}};
}

// Pads an input so that the whole document gets a realistic size.
void pad(Json& document, Random& random) {
  const auto wanted = static_cast<std::size_t>(random.between(kSmallest, kLargest));
  const std::size_t size = document.dump().size();
  if (size < wanted) document["inputs"]["note"] = some_words(random, wanted - size);
  // Quotes count twice in JSON.
  while (document.dump().size() > kLargest) {
    auto note = document["inputs"]["note"].get<std::string>();
    note.resize(note.rfind(' '));
    document["inputs"]["note"] = std::move(note);
  }
}

// Logs and metrics begin with the same fields.
Json of_task_run(const Facts& facts, Random& random) {
  Json fields = flow_fields(facts);
  const bool has_run = !facts.task_runs.empty();
  const TaskRunFacts other{random.id(), "before_the_first"};
  const TaskRunFacts& run = has_run ? random.pick(facts.task_runs) : other;
  fields["taskId"] = run.task;
  fields["executionId"] = facts.id;
  fields["taskRunId"] = run.id;
  return fields;
}

void end_of_row(Json& document, const Facts& facts, std::string_view version, Random& random) {
  // Kestra writes false; true represents rows that something else marked.
  const bool deleted = random.percent(2);
  if (!at_least_1_3(version)) document["deleted"] = deleted;
  if (facts.kind) document["executionKind"] = *facts.kind;
}

Instant during(const Facts& facts, Random& random) {
  return facts.start + microseconds{random.between(0, (facts.last - facts.start).count())};
}

std::string_view random_level(Random& random) {
  constexpr std::string_view kLevels[] = {"INFO",  "INFO", "INFO",  "DEBUG",
                                          "DEBUG", "WARN", "ERROR", "TRACE"};
  return random.pick(kLevels);
}

}  // namespace

Json flow_fields(const Facts& facts) {
  Json fields = Json::object();
  if (facts.tenant) fields["tenantId"] = *facts.tenant;
  fields["namespace"] = facts.name_space;
  fields["flowId"] = facts.flow;
  return fields;
}

std::string composed_key(const Facts& facts, std::string_view last) {
  std::string key = facts.tenant ? *facts.tenant + "_" : "";
  return key.append(facts.name_space).append("_").append(facts.flow).append("_").append(last);
}

Json task_run_document(const Facts& facts, const TaskRunFacts& run, std::string_view version) {
  Json document = Json::object();
  if (facts.tenant) document["tenantId"] = *facts.tenant;
  document.update(Json{{"id", run.id},
                       {"executionId", facts.id},
                       {"namespace", facts.name_space},
                       {"flowId", facts.flow},
                       {"taskId", run.task}});
  const Json state =
      state_document(facts, version, std::min(facts.start + milliseconds{90}, facts.last));
  document["attempts"] = Json::array({{{"state", state}}});
  document["outputs"] = version == "2.0" ? Json() : Json{{"rows", 118}, {"vars", {{"done", true}}}};
  document["state"] = state;
  return document;
}

Json execution_document(const Facts& facts, std::string_view version, Random& random) {
  Json document = Json::object();
  if (facts.tenant) document["tenantId"] = *facts.tenant;
  document["id"] = facts.id;
  document["namespace"] = facts.name_space;
  document["flowId"] = facts.flow;
  document["flowRevision"] = random.between(1, 30);
  document["taskRunList"] = Json::array();
  for (const TaskRunFacts& run : facts.task_runs) {
    document["taskRunList"].push_back(task_run_document(facts, run, version));
  }
  document["inputs"] = {{"month", to_text(facts.start).substr(0, 7)}};
  document["labels"] = labels_of(facts, random);
  document["state"] = state_document(facts, version, facts.start);
  if (facts.kind == "LOOP") add_loop_run(facts, document, random);
  document["originalId"] = facts.id;
  if (facts.scheduled || facts.parent) document["trigger"] = trigger_of(facts);
  document["deleted"] = facts.deleted;
  document["metadata"] = {{"attemptNumber", 1}, {"originalCreatedDate", to_text(facts.start)}};
  if (facts.kind) document["kind"] = *facts.kind;
  pad(document, random);
  return document;
}

Json log_document(const Facts& facts, std::string_view version, Random& random) {
  Json document = of_task_run(facts, random);
  document["attemptNumber"] = 0;
  document["timestamp"] = to_text(during(facts, random));
  document["level"] = random_level(random);
  document["thread"] = "worker_" + std::to_string(random.below(16));
  document["message"] = random.pick(messages());
  end_of_row(document, facts, version, random);
  return document;
}

Json metric_document(const Facts& facts, std::string_view version, Random& random) {
  constexpr std::string_view kNames[] = {"rows", "duration", "file.size", "50%_quantile"};
  Json document = of_task_run(facts, random);
  document["type"] = random.percent(70) ? "counter" : "timer";
  document["name"] = random.pick(kNames);
  document["value"] = static_cast<double>(random.between(0, 1'000'000)) / 8;
  document["timestamp"] = to_text(during(facts, random));
  document["tags"] = {{"sheet", "jan"}};
  end_of_row(document, facts, version, random);
  return document;
}

Json trigger_log_document(const Facts& facts, std::string_view version, Random& random) {
  Json document = flow_fields(facts);
  document["attemptNumber"] = nullptr;
  document["triggerId"] = "schedule";
  document["timestamp"] = to_text(facts.start);
  document["level"] = random_level(random);
  document["thread"] = "scheduler";
  document["message"] = random.pick(messages());
  if (!at_least_1_3(version)) document["deleted"] = false;
  return document;
}

}  // namespace winnow::sample
