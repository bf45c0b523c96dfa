// A plan explains what a run sends, word for word except for the number of keys.
#include <gmock/gmock.h>

#include "storage/local.h"
#include "tasks/selection/plan_check.h"
#include "tests/database/breaking_proxy.h"
#include "tests/tasks/purge/bed.h"
#include "tests/tasks/purge/broken_link.h"

namespace winnow::tests {
namespace {

// The texts of the statements that one connection sends, from its protocol.
class SentStatements {
 public:
  explicit SentStatements(const database::Settings& server)
      : postgres_(server.engine == database::Engine::postgresql),
        proxy_(server.host, server.port, "no client sends this",
               BreakingProxy::When::after_forwarding, BreakingProxy::How::hang_up,
               [this](std::string_view bytes) { read(bytes); }) {}

  std::uint16_t port() const { return proxy_.port(); }
  std::set<std::string> texts() const {
    const std::lock_guard guard(mutex_);
    return texts_;
  }

 private:
  static std::size_t number(std::string_view bytes, bool big_endian) {
    std::size_t value = 0;
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      const auto byte = static_cast<unsigned char>(bytes[big_endian ? at : bytes.size() - 1 - at]);
      value = value * 256 + byte;
    }
    return value;
  }

  void read(std::string_view bytes) {
    const std::lock_guard guard(mutex_);
    buffer_ += bytes;
    while (const auto size = message_size()) {
      if (buffer_.size() < size) return;
      take(buffer_.substr(0, size));
      buffer_.erase(0, size);
    }
  }
  // PostgreSQL: a type, except in the first message, and a length of four bytes that includes
  // itself. MySQL: a length of three bytes, then a number, then the payload.
  std::size_t message_size() const {
    constexpr std::size_t kHeader = 5;
    if (!postgres_) {
      return buffer_.size() < 4 ? 0 : 4 + number(std::string_view(buffer_).substr(0, 3), false);
    }
    const std::size_t type = greeted_ ? 1 : 0;
    if (buffer_.size() < kHeader) return 0;
    return type + number(std::string_view(buffer_).substr(type, 4), true);
  }
  void take(const std::string& message) {
    if (postgres_ && !std::exchange(greeted_, true)) return;
    if (postgres_ && message[0] == 'P') {
      const auto text = message.find('\0', 5) + 1;
      texts_.insert(message.substr(text, message.find('\0', text) - text));
    }
    if (!postgres_ && message.size() > 4 && (message[4] == '\x16' || message[4] == '\x03')) {
      texts_.insert(message.substr(5));
    }
  }

  const bool postgres_;
  mutable std::mutex mutex_;
  std::string buffer_;
  bool greeted_ = false;
  std::set<std::string> texts_;
  BreakingProxy proxy_;
};

class PurgeSends : public PurgeBed {
 protected:
  // A statement's form depends on how many rows the server believes a table to have. Autovacuum
  // must not change that between the plan and the run.
  void add_analyzed_executions(int count) {
    add_executions(count);
    if (on("postgresql")) say("ANALYZE");
  }

  // The statements of a run with these parameters to Kestra's tables, except those that read only a
  // page or two.
  std::set<std::string> sent(const std::string& task, const Json& parameters) {
    SentStatements statements(database_.settings());
    auto settings = through(statements.port(), database_.settings());
    if (settings.engine == database::Engine::postgresql) settings.options["sslmode"] = "disable";
    TaskBed bed(settings);
    bed.policy.tenants = {"main"};
    bed.storage = std::move(bed_.storage);
    bed.host.on_event = [&](const Json& event) {
      if (event.value("batch", 0) == 1) rows_.add_log("late-" + std::to_string(++late_), "e0");
    };
    require_result(bed.run(task, parameters));
    bed_.storage = std::move(bed.storage);
    auto texts = statements.texts();
    std::erase_if(texts, [](const std::string& text) {
      const bool of_the_catalog = text.find("pg_catalog") != std::string::npos ||
                                  text.find("information_schema") != std::string::npos;
      const bool explained = text.starts_with("EXPLAIN");
      // How many rows a table has, for the plan check; and whether it has any.
      const bool probes = text.ends_with(" LIMIT 10001) AS counted") ||
                          text.starts_with("SELECT 0 FROM (SELECT 1 AS one");
      const bool of_a_table = text.find(" FROM ") != std::string::npos;
      return of_the_catalog || explained || probes || !of_a_table;
    });
    return texts;
  }
  std::set<std::string> planned(const std::string& task, const Json& parameters) {
    std::set<std::string> texts;
    const auto plan = require_result(bed_.plan(task, parameters));
    const auto add = [&texts](const Json& planned) {
      for (const auto& statement : planned.value("statements", Json::array())) {
        texts.insert(statement["sql"]);
      }
    };
    add(plan);
    for (const char* parts : {"rules", "walks"}) {
      for (const auto& part : plan.value(parts, Json::array())) add(part);
    }
    return texts;
  }
  int late_ = 0;

  // All that is sent is planned.
  void expect_planned(const std::string& task, const Json& parameters, std::size_t at_least) {
    SCOPED_TRACE(task + " " + parameters.dump());
    const auto plan = planned(task, parameters);
    const auto run = sent(task, parameters);
    EXPECT_GE(run.size(), at_least);
    for (const auto& text : run) EXPECT_TRUE(plan.contains(tasks::with_short_lists(text))) << text;
  }
};

TEST_P(PurgeSends, WhatItsPlanExplains) {
  if (!is_server()) GTEST_SKIP() << "no link to listen on";
  add_analyzed_executions(150);
  expect_planned("PurgeExecutions", with(kPurge, {{"dryRun", true}}), 6);
  expect_planned("PurgeMetrics", with(kPurge, {{"executionId", "e1"}, {"batchSize", 50}}), 2);
  expect_planned("PurgeLogs", with(kPurge, {{"namespace", "company"}, {"executionId", "e2"}}), 2);
  const Json children{{"purgeExecution", false}, {"purgeMetric", false}, {"flowId", "daily"}};
  expect_planned("PurgeExecutions", with(kPurge, children), 3);
  expect_planned("PurgeExecutions", with(kPurge, {{"batchSize", 40}}), 10);
}

TEST_P(PurgeSends, WhatItsPlanExplainsWithFilesToo) {
  if (!is_server()) GTEST_SKIP() << "no link to listen on";
  add_analyzed_executions(150);
  bed_.storage = storage::open_local(std::filesystem::temp_directory_path().string()).value();
  expect_planned("PurgeExecutions", with(kPurge, {{"batchSize", 40}}), 10);
}

TEST_P(PurgeSends, WhatThePlanOfAPolicyExplains) {
  if (!is_server()) GTEST_SKIP() << "no link to listen on";
  add_analyzed_executions(150);
  const Json keep{{"age", "P7D"}};
  const Json policy{
      {"rules",
       {{{"match", {{"namespace", "company.**"}, {"flowId", "nightly"}}}, {"keep", keep}},
        {{"match", {{"labels", {{"env", "prod"}}}}}, {"keep", "forever"}},
        {{"match", {{"states", {"SUCCESS"}}}}, {"keep", keep}}}},
      {"otherwise", {{"keep", keep}}},
      {"batchSize", 40}};
  expect_planned("ApplyRetention", with(policy, {{"dryRun", true}}), 4);
  // The limit is compared with what the walk found: nothing is counted separately.
  expect_planned("ApplyRetention", with(policy, {{"maxRows", 1000}}), 8);
}

TEST_P(PurgeSends, NoPassOverATableThatTheBuffersDoNotHold) {
  if (!on("postgresql")) GTEST_SKIP() << "others read by an index";
  add_analyzed_executions(150);
  say("UPDATE pg_class SET reltuples = 1000 WHERE oid = 'executions'::regclass");
  say("UPDATE pg_class SET relpages = 100000000 WHERE oid = 'logs'::regclass");
  std::string passes;
  for (const auto& text : sent("PurgeExecutions", kPurge)) {
    if (text.find("IN (SELECT unnest(") != std::string::npos) passes += text + "\n";
  }
  EXPECT_THAT(passes, testing::HasSubstr("metrics"));
  EXPECT_THAT(passes, testing::Not(testing::HasSubstr("logs")));
}

// A batch's deletions stay prepared: the plan that the server keeps of them knows none of their
// values.
TEST_P(PurgeSends, DeletionsWhoseKeptPlanGoesByAnIndex) {
  if (!on("postgresql")) GTEST_SKIP() << "others keep no plan";
  add_analyzed_executions(150);
  say("UPDATE pg_class SET reltuples = 1000000, relpages = 100000 WHERE relkind = 'r' AND "
      "relnamespace = 'public'::regnamespace");
  say("SET plan_cache_mode = force_generic_plan");
  int kept = 0;
  for (const auto& text : planned("PurgeExecutions", kPurge)) {
    if (!text.starts_with("DELETE") || text.find("ANY((SELECT $") == std::string::npos) continue;
    SCOPED_TRACE(text);
    const auto name = "kept_" + std::to_string(++kept);
    say("PREPARE " + name + " AS " + text);
    std::string values = "NULL";
    for (int at = 2; text.find("$" + std::to_string(at)) != std::string::npos; ++at) {
      values += ", NULL";
    }
    const auto plan = require(connection_->explain(database::plain(
        std::string("EXECUTE ").append(name).append("(").append(values).append(")"))));
    EXPECT_THAT(plan.scans, testing::IsEmpty()) << plan.text;
    EXPECT_THAT(plan.indexes, testing::Not(testing::IsEmpty())) << plan.text;
    EXPECT_THAT(plan.text, testing::HasSubstr("Index Cond")) << plan.text;
  }
  EXPECT_GE(kept, 3);
}

TEST_P(PurgeSends, NoValueInItsTexts) {
  add_executions(2);
  for (const auto& text :
       planned("PurgeExecutions", with(kPurge, {{"namespace", "company.team"}}))) {
    EXPECT_THAT(text, testing::Not(testing::HasSubstr("company.team")));
  }
  EXPECT_EQ(rows_.keys("executions").size(), 2U);
}

INSTANTIATE_TEST_SUITE_P(Engines, PurgeSends, testing::ValuesIn(test_engines()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
