#include "tests/tasks/listing/world.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <stdexcept>

#include "document/instant.h"
#include "tests/support/require.h"
#include "tests/tasks/selection/filter_world.h"

namespace winnow::tests {
namespace {

std::size_t pick(std::mt19937_64& random, std::size_t below) {
  return static_cast<std::size_t>(random() % below);
}

template <class T>
const T& one_of(std::mt19937_64& random, const std::vector<T>& choices) {
  return choices[pick(random, choices.size())];
}

const std::vector<std::string>& namespaces() {
  static const std::vector<std::string> names = {
      "company.team", "company.teamx", "company.team.sub", "company.team.sub.deep", "Company.Team",
      "company_team", "companyxteam",  "company.te%m",     "o'neill.\"team\"",      "company"};
  return names;
}

const std::vector<std::string>& moments() {
  static const std::vector<std::string> texts = {
      "2026-01-31T23:59:59.999999Z", "2026-02-01T00:00:00.000000Z", "2026-02-01T00:00:00.000001Z",
      "2026-02-01T12:30:00.123456Z", "2026-03-29T01:30:00.500000Z", "2026-03-29T02:30:00.500000Z"};
  return texts;
}

// Seconds. Kestra's own column on PostgreSQL stores 5.512 for 65.512 and 125.512
// (kestra-io/kestra#16908).
const std::vector<double>& durations() {
  static const std::vector<double> seconds = {0,  0.001, 3,       5.512,   59.999,
                                              60, 65.5,  125.512, 3725.25, 172'800};
  return seconds;
}

const std::vector<std::string>& states() {
  static const std::vector<std::string> names = {"SUCCESS", "FAILED", "WARNING", "PAUSED",
                                                 "RUNNING"};
  return names;
}

std::string random_id(std::mt19937_64& random, int number) {
  // Of one length, small letters and digits: every collation orders such keys alike.
  constexpr std::string_view kLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string id;
  for (int index = 0; index < 6; ++index) id += kLetters[pick(random, kLetters.size())];
  auto digits = std::to_string(number);
  return id + std::string(5 - digits.size(), '0') + digits;
}

std::string folded(std::string text, bool ignores_case) {
  if (!ignores_case) return text;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

document::Instant instant(const Json& text) {
  return require(document::parse_instant(text.get<std::string>()));
}

bool namespace_fits(const Json& document, const Json& parameters, bool ignores_case) {
  if (!parameters.contains("namespace") || !is_plain(parameters["namespace"])) return true;
  const auto has = folded(document["namespace"], ignores_case);
  const auto wanted = folded(parameters["namespace"], ignores_case);
  return has == wanted || (!parameters.contains("flowId") && has.starts_with(wanted + "."));
}

bool is_selected(const Json& document, const Json& parameters, const std::string& tenant,
                 bool ignores_case) {
  const auto& state = document["state"];
  if (document.value("tenantId", "") != tenant) return false;
  if (document["deleted"] == true && !parameters.value("deleted", false)) return false;
  if (!namespace_fits(document, parameters, ignores_case)) return false;
  if (parameters.contains("flowId") && is_plain(parameters["flowId"]) &&
      document["flowId"] != parameters["flowId"]) {
    return false;
  }
  if (!fits_filters(document, parameters)) return false;
  if (parameters.contains("states")) {
    const auto& wanted = parameters["states"];
    if (std::find(wanted.begin(), wanted.end(), state["current"]) == wanted.end()) return false;
  }
  if (parameters.contains("startDate") &&
      instant(state["startDate"]) < instant(parameters["startDate"])) {
    return false;
  }
  if (!parameters.contains("endDate")) return true;
  return state.contains("endDate") && instant(state["endDate"]) <= instant(parameters["endDate"]);
}

// With keepLast: those that stay of each flow, whatever the bound on their end.
std::set<std::string> newest_of_flows(const std::vector<Json>& documents, Json parameters,
                                      const std::string& tenant, bool ignores_case) {
  std::set<std::string> newest;
  if (!parameters.contains("keepLast")) return newest;
  parameters.erase("endDate");
  parameters["deleted"] = false;
  std::map<std::pair<std::string, std::string>, std::set<std::pair<document::Instant, std::string>>>
      flows;
  for (const auto& document : documents) {
    const auto& state = document["state"];
    if (!state.contains("endDate")) continue;
    if (!is_selected(document, parameters, tenant, ignores_case)) continue;
    flows[{document["namespace"], document["flowId"]}].emplace(instant(state["endDate"]),
                                                               document["id"]);
  }
  for (const auto& [flow, ended] : flows) {
    auto last = ended.rbegin();
    for (int i = 0; i < parameters["keepLast"] && last != ended.rend(); ++i, ++last) {
      newest.insert(last->second);
    }
  }
  return newest;
}

// Whether a subflow task of an execution that there is began it.
bool is_child(const Json& document, const std::vector<Json>& documents) {
  const auto& variables = document.value("trigger", Json::object()).value("variables", Json());
  return std::any_of(documents.begin(), documents.end(), [&](const Json& parent) {
    return variables.is_object() && parent["id"] == variables["executionId"] &&
           parent.value("tenantId", "") == document.value("tenantId", "");
  });
}

// What orders a document; null for none.
Json order_value(const Json& document, const std::string& order) {
  if (order == "id") return document["id"];
  return document["state"].value(order, Json());
}

}  // namespace

Json execution_document(const std::string& id, const std::string& start) {
  return {{"id", id},
          {"tenantId", "main"},
          {"namespace", "company.team"},
          {"flowId", "daily"},
          {"deleted", false},
          {"state",
           {{"current", "SUCCESS"},
            {"duration", static_cast<double>(std::hash<std::string>{}(id) % 500'000) / 1000},
            {"startDate", start},
            {"endDate", start}}}};
}

std::vector<Json> random_executions(std::mt19937_64& random, int count) {
  std::vector<Json> documents;
  for (int number = 0; number < count; ++number) {
    auto document = execution_document(random_id(random, number), one_of(random, moments()));
    auto& state = document["state"];
    document["namespace"] = one_of(random, namespaces());
    document["flowId"] = one_of<std::string>(random, {"daily", "daily_2", "100%"});
    document["deleted"] = pick(random, 4) == 0;
    state["current"] = one_of(random, states());
    state["duration"] = one_of(random, durations());
    state["endDate"] = one_of(random, moments());
    // It ends after it started, except if clocks differ by some hours.
    if (instant(state["endDate"]) + std::chrono::hours(24) < instant(state["startDate"])) {
      std::swap(state["startDate"], state["endDate"]);
    }
    if (state["current"] == "RUNNING") state.erase("endDate");
    const auto tenant = pick(random, 8);
    if (tenant == 0) document["tenantId"] = "other";
    if (tenant == 1) document.erase("tenantId");
    add_facts(random, document);
    // Some are children of earlier ones.
    if (!documents.empty() && !document.contains("trigger") && pick(random, 2) == 0) {
      document["trigger"] = {{"id", "run"},
                             {"type", "io.kestra.plugin.core.flow.Subflow"},
                             {"variables", {{"executionId", one_of(random, documents)["id"]}}}};
    }
    documents.push_back(std::move(document));
  }
  return documents;
}

Json random_listing(std::mt19937_64& random) {
  Json parameters = Json::object();
  const auto maybe = [&random] { return pick(random, 3) == 0; };
  if (maybe()) parameters["namespace"] = one_of(random, namespaces());
  if (maybe())
    parameters["flowId"] = one_of<std::string>(random, {"daily", "daily_2", "100%", "%"});
  if (maybe()) {
    parameters["states"] = {one_of(random, states())};
    parameters["states"].push_back("KILLED");
  }
  if (maybe()) parameters["startDate"] = one_of(random, moments());
  if (maybe()) parameters["endDate"] = one_of(random, moments());
  if (!maybe()) parameters["deleted"] = pick(random, 2) == 0;
  if (maybe()) parameters["keepLast"] = 1 + pick(random, 3);
  if (pick(random, 4) == 0) parameters["withChildren"] = true;
  parameters["orderBy"] = one_of<std::string>(random, {"startDate", "endDate", "duration", "id"});
  parameters["direction"] = one_of<std::string>(random, {"asc", "desc"});
  return parameters;
}

void insert_executions(KestraRows& rows, const std::vector<Json>& documents) {
  std::vector<database::Statement> statements;
  for (const auto& document : documents) {
    statements.push_back(
        rows.insertion("executions", {{"key", document["id"]}, {"value", document.dump()}}));
  }
  rows.execute(statements);
}

std::vector<std::string> expected_ids(const std::vector<Json>& documents, const Json& parameters,
                                      const std::string& tenant, bool ignores_case) {
  const std::string order = parameters.value("orderBy", "startDate");
  const bool descending = parameters.value("direction", "desc") == "desc";
  const auto newest = newest_of_flows(documents, parameters, tenant, ignores_case);
  std::vector<const Json*> selected;
  for (const auto& document : documents) {
    if (!is_selected(document, parameters, tenant, ignores_case)) continue;
    const bool ended = document["state"].contains("endDate");
    if (parameters.contains("keepLast") && (!ended || newest.contains(document["id"]))) continue;
    if (parameters.value("withChildren", false) && is_child(document, documents)) continue;
    selected.push_back(&document);
  }
  std::sort(selected.begin(), selected.end(), [&](const Json* left, const Json* right) {
    const auto a = order_value(*left, order);
    const auto b = order_value(*right, order);
    if (a.is_null() != b.is_null()) return b.is_null();
    if (a != b) return descending ? b < a : a < b;
    const std::string key_a = (*left)["id"];
    const std::string key_b = (*right)["id"];
    return descending ? key_b < key_a : key_a < key_b;
  });
  std::vector<std::string> ids;
  for (const auto* document : selected) ids.push_back((*document)["id"]);
  return ids;
}

std::vector<Json> all_pages(TaskBed& bed, const std::string& task, Json parameters,
                            std::size_t page_size) {
  parameters["size"] = page_size;
  std::vector<Json> all;
  for (;;) {
    const auto page = require_result(bed.run(task, parameters));
    const auto& rows = page.at("rows");
    all.insert(all.end(), rows.begin(), rows.end());
    const bool whole = rows.size() == page_size;
    if (page.at("size") != rows.size() || rows.size() > page_size ||
        (page.contains("cursor") && !whole)) {
      throw std::runtime_error("a page of " + std::to_string(page_size) + " is " + page.dump());
    }
    if (!page.contains("cursor")) return all;
    parameters["cursor"] = page["cursor"];
  }
}

std::vector<std::string> ids_of(const std::vector<Json>& rows) {
  std::vector<std::string> ids;
  for (const auto& row : rows) ids.push_back(row.at("id"));
  return ids;
}

}  // namespace winnow::tests
