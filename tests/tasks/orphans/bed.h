// A database of Kestra's with executions, and what else the tests of sweeps share.
#pragma once

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/instant.h"
#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {

inline const char* const kLongAgo = "2026-01-01T00:00:00.000000Z";

class OrphanBed : public testing::TestWithParam<TestEngine> {
 protected:
  OrphanBed()
      : database_(TestDatabase::create(GetParam())),
        connection_(database_.connection()),
        rows_(((require(sample::create_schema(*connection_, GetParam().schema_version)),
                *connection_)),
              {"executions", "logs", "metrics", "executorstate", "sla_monitor", "execution_queued",
               "executordelayed", "worker_job_running", "queues"}),
        bed_(database_.settings()) {}

  // Rows of a child table, of an execution that need not be there.
  void add_child(const std::string& table, const std::string& key, const std::string& execution,
                 const std::string& written = kLongAgo,
                 const std::string& name_space = "company.team",
                 const std::string& tenant = "main") {
    Json child{{"tenantId", tenant},
               {"namespace", name_space},
               {"flowId", "daily"},
               {"taskId", "t"},
               {"executionId", execution},
               {"taskRunId", "r"},
               {"timestamp", written},
               {"deleted", false},
               {"level", "INFO"},
               {"message", "m"},
               {"name", "rows"},
               {"type", "counter"},
               {"value", 1}};
    if (table == "logs") {
      for (const char* key_of_metric : {"name", "type", "value"}) child.erase(key_of_metric);
    } else {
      child.erase("level");
      child.erase("message");
    }
    rows_.execute({rows_.insertion(table, {{"key", key}, {"value", child.dump()}})});
  }

  bool has(const std::string& table) const { return rows_.schema().table(table) != nullptr; }
  bool on(const std::string& dialect) const { return connection_->dialect().name() == dialect; }
  void say(const std::string& sql) {
    require(connection_->query({.sql = sql, .parameters = {}}, [](const auto&) { return true; }));
  }

  static std::string ago(std::chrono::seconds age) {
    return document::to_text(document::now() - age);
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  KestraRows rows_;
  TaskBed bed_;
};

}  // namespace winnow::tests
