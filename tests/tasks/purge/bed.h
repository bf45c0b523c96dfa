// What the tests of purges share: an empty database of Kestra's schema and a bed to run tasks in.
#pragma once

#include <memory>

#include <gtest/gtest.h>

#include "tests/support/kestra_rows.h"
#include "tests/support/require.h"
#include "tests/support/task_bed.h"
#include "tests/support/test_database.h"
#include "tools/sample/schema.h"

namespace winnow::tests {

inline const char* const kEnd = "2026-01-01T00:00:00.000000Z";
inline const Json kPurge{{"endDate", "2026-02-01T00:00:00Z"}};

class PurgeBed : public testing::TestWithParam<TestEngine> {
 protected:
  PurgeBed() : PurgeBed(TestDatabase::create(GetParam())) {}
  // On a server of the test's own.
  explicit PurgeBed(TestDatabase database)
      : database_(std::move(database)),
        connection_(database_.connection()),
        rows_(((require(sample::create_schema(*connection_, GetParam().schema_version)),
                *connection_)),
              {"executions", "logs", "metrics", "sla_monitor", "executordelayed", "queues"}),
        bed_(database_.settings()) {
    bed_.policy.tenants = {"main"};
  }

  bool is_server() const { return connection_->dialect().name() != "sqlite"; }

  // All of them ended at the same moment.
  void add_executions(int count) {
    for (int i = 0; i < count; ++i)
      rows_.add_execution("e" + std::to_string(i), "company.team", "daily", kEnd);
  }

  // A session that locks one row until it rolls back.
  std::unique_ptr<database::Connection> holder(const std::string& table, const std::string& key) {
    auto other = database_.connection();
    require(other->begin());
    database::SqlWriter lock(other->dialect());
    lock.text("SELECT 1 FROM ").table(*rows_.schema().table(table)).text(" WHERE ");
    lock.identifier("key").text(" = ").bind(key).text(" FOR UPDATE");
    require(other->query(lock.take(), [](const database::Row&) { return true; }));
    return other;
  }

  bool on(std::string_view dialect) const { return connection_->dialect().name() == dialect; }

  void say(const std::string& sql) {
    require(connection_->query({.sql = sql, .parameters = {}},
                               [](const database::Row&) { return true; }));
  }

  static Json with(Json parameters, const Json& more) {
    parameters.update(more);
    return parameters;
  }

  TestDatabase database_;
  std::unique_ptr<database::Connection> connection_;
  KestraRows rows_;
  TaskBed bed_;
};

}  // namespace winnow::tests
