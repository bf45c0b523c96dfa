// Executions with their subflow executions, for tests of withChildren.
#pragma once

#include <string>
#include <vector>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {

inline constexpr const char* kSubflow = "io.kestra.plugin.core.flow.Subflow";
inline constexpr const char* kForEachItem =
    "io.kestra.plugin.core.flow.ForEachItem$ForEachItemExecutable";
inline constexpr const char* kFlowTrigger = "io.kestra.plugin.core.trigger.Flow";
inline constexpr const char* kLate = "2026-03-01T00:00:00.000000Z";

inline const Json kFamilies{
    {"endDate", "2026-02-01T00:00:00Z"}, {"namespace", "company.team"}, {"withChildren", true}};

class FamilyBed : public PurgeBed {
 protected:
  static Json execution(const std::string& id, const std::string& state = "SUCCESS",
                        const std::string& end = kEnd) {
    Json document{{"id", id},
                  {"tenantId", "main"},
                  {"namespace", "company.team"},
                  {"flowId", "daily"},
                  {"deleted", false},
                  {"state", {{"current", state}, {"duration", 1}, {"startDate", kEnd}}}};
    if (state != "RUNNING") document["state"]["endDate"] = end;
    return document;
  }
  static Json begun_by(const std::string& parent, Json document,
                       const std::string& type = kSubflow) {
    document["trigger"] = {{"id", "run"}, {"type", type}, {"variables", {{"executionId", parent}}}};
    return document;
  }

  // Each with a log.
  void add(const std::vector<Json>& documents) {
    std::vector<database::Statement> statements;
    for (const auto& document : documents) {
      const std::string id = document["id"];
      statements.push_back(
          rows_.insertion("executions", {{"key", id}, {"value", document.dump()}}));
      const Json log{{"tenantId", "main"}, {"namespace", document["namespace"]},
                     {"flowId", "daily"},  {"executionId", id},
                     {"timestamp", kEnd},  {"level", "INFO"},
                     {"message", "done"},  {"deleted", false}};
      statements.push_back(rows_.insertion("logs", {{"key", id}, {"value", log.dump()}}));
    }
    rows_.execute(statements);
  }
  void add_family() {
    add({execution("root"), begun_by("root", execution("child")),
         begun_by("child", execution("grandchild"))});
  }
  // As many descendants, each the child of the one before.
  void add_chain(int length) {
    std::vector<Json> documents{execution("c0")};
    for (int i = 1; i < length; ++i) {
      documents.push_back(
          begun_by("c" + std::to_string(i - 1), execution("c" + std::to_string(i))));
    }
    add(documents);
  }
  void replace(const std::string& id, const Json& document) {
    database::SqlWriter writer(connection_->dialect());
    const auto& table = *rows_.schema().table("executions");
    writer.text("UPDATE ").table(table).text(" SET ").identifier("value").text(" = ");
    writer.bind_as(*table.column("value"), document.dump()).text(" WHERE ").identifier("key");
    writer.text(" = ").bind(id);
    rows_.execute({writer.take()});
  }
};

}  // namespace winnow::tests
