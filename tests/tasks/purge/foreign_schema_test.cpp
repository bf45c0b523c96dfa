// Schemas that differ from Kestra's: columns that treat different texts as equal, keys that two
// rows may share, triggers that write again what was deleted. Rows of others stay and are not
// counted; ambiguous schemas are refused.
#include <gmock/gmock.h>

#include "tests/tasks/purge/bed.h"

namespace winnow::tests {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ForeignSchema : public PurgeBed {
 protected:
  // A failure before any deletion.
  Failure refusal(const std::string& task, const Json& parameters) {
    const auto logs = rows_.keys("logs");
    const auto executions = rows_.keys("executions");
    const auto result = bed_.run(task, parameters);
    EXPECT_FALSE(result) << result->dump();
    EXPECT_EQ(rows_.keys("logs"), logs);
    EXPECT_EQ(rows_.keys("executions"), executions);
    if (result) return {};
    return {.kind = result.error().kind, .message = result.error().message};
  }
  std::string findings() {
    return require_result(bed_.run("Doctor", Json::object()))["findings"].dump();
  }
  // The log with this key (empty: every log), under a key that may be another.
  void write_again(const std::string& key, const std::string& kind = "",
                   const std::string& when = "", const std::string& under = "") {
    const auto name = connection_->dialect().quoted("key");
    const auto insertion = "INSERT INTO logs (" + name + ", value) VALUES (" +
                           (under.empty() ? "OLD." + name : under) + ", OLD.value);";
    const auto condition = key.empty() ? "1 = 1" : "OLD." + name + " = '" + key + "'";
    if (on("postgresql")) {
      say("CREATE FUNCTION own() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + insertion +
          " RETURN NULL; END $$");
      say("CREATE " + kind + " TRIGGER own AFTER DELETE ON logs " + when + " FOR EACH ROW WHEN (" +
          condition + ") EXECUTE FUNCTION own()");
    } else if (on("mysql")) {
      say("CREATE TRIGGER own AFTER DELETE ON logs FOR EACH ROW BEGIN IF " + condition + " THEN " +
          insertion + " END IF; END");
    } else {
      say("CREATE TRIGGER own AFTER DELETE ON logs WHEN " + condition + " BEGIN " + insertion +
          " END");
    }
  }
  void add_log(const std::string& key, const std::string& execution) {
    rows_.add_log(key, execution);
  }
};

TEST_P(ForeignSchema, RowsOfAnIdThatIsSpeltAlikeAreNeitherCountedNorTaken) {
  rows_.add_execution("eleve", "company.team", "daily", kEnd);
  add_log("accents", "élève");
  add_log("capitals", "ELEVE");
  auto dry = kPurge;
  dry["dryRun"] = true;
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", dry))["logsCount"], 2);
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["logsCount"], 2);
  EXPECT_EQ(result["skippedCount"], 0);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("accents", "capitals"));
}

TEST_P(ForeignSchema, AKeyThatTwoRowsMayShareIsRefused) {
  if (on("sqlite")) GTEST_SKIP() << "takes no primary key away";
  add_executions(2);
  say(on("mysql") ? "ALTER TABLE executions DROP PRIMARY KEY, ADD INDEX own (`key`)"
                  : "ALTER TABLE executions DROP CONSTRAINT executions_pkey");
  if (on("postgresql")) say("CREATE INDEX own ON executions (key)");
  EXPECT_THAT(findings(), HasSubstr("no unique index"));
  const auto failure = refusal("PurgeExecutions", kPurge);
  EXPECT_EQ(failure.kind, FailureKind::schema);
  EXPECT_THAT(failure.message, HasSubstr("\"executions\": no unique index has the column \"key\""));
  // What it says to do.
  constexpr std::string_view kAdd = "add it: ";
  say(failure.message.substr(failure.message.find(kAdd) + kAdd.size()));
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 2);
}

TEST_P(ForeignSchema, OrphansAreNotTakenByAKeyThatTwoRowsMayShare) {
  if (on("sqlite")) GTEST_SKIP() << "takes no primary key away";
  add_executions(1);
  add_log("twin", "gone");
  say(on("mysql") ? "ALTER TABLE logs DROP PRIMARY KEY, ADD INDEX own (`key`)"
                  : "ALTER TABLE logs DROP CONSTRAINT logs_pkey");
  if (on("postgresql")) say("CREATE INDEX own ON logs (key)");
  add_log("twin", "e0");
  EXPECT_THAT(refusal("PurgeOrphans", {{"dryRun", false}}).message, HasSubstr("no unique index"));
  EXPECT_THAT(refusal("PurgeLogs", kPurge).message, HasSubstr("no unique index"));
}

// A schema of the search path contains a copy of some tables, such as a backup by `CREATE TABLE ...
// AS`.
TEST_P(ForeignSchema, TablesOfSeveralSchemasAreRefused) {
  if (!on("postgresql")) GTEST_SKIP() << "only a search path puts them together";
  add_executions(2);
  say("CREATE SCHEMA copies CREATE TABLE executions (LIKE public.executions INCLUDING ALL)");
  say("INSERT INTO copies.executions (key, value) SELECT key, value FROM executions WHERE key = "
      "'e0'");
  say("ALTER DATABASE " + connection_->dialect().quoted(database_.settings().database) +
      " SET search_path = copies, public");
  for (const std::string task : {"PurgeExecutions", "PurgeOrphans"}) {
    const auto failure = refusal(task, task == "PurgeOrphans" ? Json{{"dryRun", false}} : kPurge);
    EXPECT_EQ(failure.kind, FailureKind::configuration) << task;
    EXPECT_THAT(failure.message, AllOf(HasSubstr("\"copies\""), HasSubstr("database.schema")));
  }
  EXPECT_THAT(findings(), HasSubstr("database.schema"));
}

// Otherwise anybody who may create objects in a schema of the search path could decide which rows a
// condition selects.
TEST_P(ForeignSchema, WhatStandsInForTheServersOwnOperatorsIsRefused) {
  if (!on("postgresql")) GTEST_SKIP() << "only a search path leads to them";
  add_executions(2);
  add_log("other", "e9");
  const auto holds = [&](const std::string& left, const std::string& right) {
    say("CREATE FUNCTION public.own(" + left + ", " + right +
        ") RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true'");
    say("CREATE OPERATOR public.= (LEFTARG = " + left + ", RIGHTARG = " + right +
        ", FUNCTION = public.own)");
  };
  const auto expect_refusal = [&](const std::string& part) {
    for (const std::string task : {"PurgeExecutions", "PurgeLogs", "PurgeOrphans"}) {
      const auto failure = refusal(task, task == "PurgeOrphans" ? Json{{"dryRun", false}} : kPurge);
      EXPECT_EQ(failure.kind, FailureKind::configuration) << task;
      EXPECT_THAT(failure.message, HasSubstr(part)) << task;
    }
    EXPECT_THAT(findings(), HasSubstr(part));
  };
  holds("varchar", "text");
  expect_refusal("operator =(character varying,text)");
  say("DROP OPERATOR public.= (varchar, text)");
  say("CREATE FUNCTION public.unnest(text[]) RETURNS SETOF text LANGUAGE sql AS 'SELECT "
      "NULL::text'");
  expect_refusal("function unnest(text[])");
  say("DROP FUNCTION public.unnest(text[])");
  // The server's own takes precedence, unless pg_catalog is placed after it.
  holds("text", "text");
  expect_refusal("=(text,text)");
  say("DROP OPERATOR public.= (text, text)");
  say("CREATE DOMAIN public.int8 AS text");
  const auto path = "ALTER DATABASE " +
                    connection_->dialect().quoted(database_.settings().database) +
                    " SET search_path = public, pg_catalog";
  EXPECT_THAT(findings(), Not(HasSubstr("instead of its own")));
  say(path);
  expect_refusal("hides the server's own type int8");
  // Operators that replace nothing, such as those that people add because a cast is missing.
  say("DROP DOMAIN public.int8");
  holds("bigint", "text");
  say("CREATE FUNCTION public.round(float8, int) RETURNS numeric LANGUAGE sql AS 'SELECT "
      "1::numeric'");
  const auto result = bed_.run("PurgeExecutions", kPurge);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ((*result)["executionsCount"], 2);
  EXPECT_THAT(rows_.keys("logs"), Contains("other"));
}

// A dump was imported with the checks off, and nobody turned them on again.
TEST_P(ForeignSchema, AForeignKeyHoldsWhereTheServersSessionsPassOverIt) {
  if (on("sqlite")) GTEST_SKIP() << "its sessions do not check foreign keys";
  add_executions(3);
  const auto key = connection_->dialect().quoted("key");
  say("CREATE TABLE own AS SELECT " + key + " AS execution FROM executions WHERE " + key +
      " = 'e1'");
  say("ALTER TABLE own ADD FOREIGN KEY (execution) REFERENCES executions (" + key + ")");
  const auto database = connection_->dialect().quoted(database_.settings().database);
  if (on("postgresql")) {
    say("ALTER DATABASE " + database + " SET session_replication_role = replica");
    EXPECT_THAT(findings(), HasSubstr("session_replication_role is replica"));
    EXPECT_THAT(refusal("PurgeExecutions", kPurge).message,
                HasSubstr("RESET session_replication_role"));
    EXPECT_THAT(refusal("PurgeOrphans", {{"dryRun", false}}).message,
                HasSubstr("RESET session_replication_role"));
    return;
  }
  say("SET GLOBAL foreign_key_checks = 0");
  const auto result = bed_.run("PurgeExecutions", kPurge);
  say("SET GLOBAL foreign_key_checks = 1");
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ((*result)["executionsCount"], 2);
  EXPECT_EQ((*result)["skippedCount"], 1);
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e1"));
}

// Not on MySQL, where all collations of Kestra's tables do so and strings are also compared
// exactly.
TEST_P(ForeignSchema, AColumnThatTakesTextsForTheSameIsRefused) {
  if (!on("postgresql")) GTEST_SKIP() << "schema_test has SQLite's";
  add_executions(1);
  add_log("other", "E0");
  say("CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
  const auto alter = [&](const std::string& table, const std::string& column,
                         const std::string& type) {
    say("ALTER TABLE " + table + " ALTER COLUMN " + column + " TYPE " + type);
  };
  for (const std::string type : {"varchar COLLATE loose", "char(10)"}) {
    alter("executions", "key", type);
    EXPECT_THAT(refusal("PurgeExecutions", kPurge).message, HasSubstr("\"key\""));
    EXPECT_THAT(refusal("PurgeOrphans", {{"dryRun", false}}).message, HasSubstr("\"key\""));
    EXPECT_THAT(findings(), HasSubstr("that Kestra gives it"));
    alter("executions", "key", "varchar COLLATE \"default\"");
  }
  EXPECT_THAT(findings(), Not(HasSubstr("that Kestra gives it")));
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["logsCount"], 2);
}

// The database itself deletes rows, or can't roll back.
TEST_P(ForeignSchema, ATableWhoseDeletionsTakeOthersAlongIsRefused) {
  if (on("sqlite")) GTEST_SKIP() << "its sessions do not check foreign keys";
  add_executions(1);
  const auto refuses = [&](const std::string& what) {
    EXPECT_THAT(refusal("PurgeExecutions", kPurge).message, HasSubstr(what));
    EXPECT_THAT(findings(), HasSubstr(what));
  };
  const auto quoted = connection_->dialect().quoted("key");
  const auto& key = *rows_.schema().table("executions")->column("key");
  say("ALTER TABLE executions ADD COLUMN origin " + key.type_name +
      (on("mysql") ? " COLLATE " + key.collation : "(250)"));
  say("ALTER TABLE executions ADD CONSTRAINT along FOREIGN KEY (origin) REFERENCES executions(" +
      quoted + ") ON DELETE CASCADE");
  refuses("(ON DELETE CASCADE)");
  say(std::string("ALTER TABLE executions DROP ") + (on("mysql") ? "FOREIGN KEY" : "CONSTRAINT") +
      " along");
  if (on("mysql")) {
    say("ALTER TABLE executorstate ENGINE = MyISAM");
    EXPECT_THAT(refusal("PurgeExecutions", kPurge).message, HasSubstr("engine is MyISAM"));
    say("ALTER TABLE executorstate ENGINE = InnoDB");
  } else {
    say("ALTER TABLE logs ALTER COLUMN deleted DROP NOT NULL");
    refuses("may be NULL");
    say("ALTER TABLE logs ALTER COLUMN deleted SET NOT NULL");
  }
  EXPECT_EQ(require_result(bed_.run("PurgeExecutions", kPurge))["executionsCount"], 1);
}

// A table in parts has no index that keeps a key from being there twice.
TEST_P(ForeignSchema, AnExecutionWhoseKeyAYoungerOneHasStays) {
  if (on("sqlite")) GTEST_SKIP() << "has no tables in parts";
  add_executions(2);
  const auto quoted = connection_->dialect().quoted("key");
  auto set = "JSON_SET(value, '$.state.endDate', '2026-06-01T00:00:00.000000Z')";
  if (on("postgresql")) {
    set = "jsonb_set(value, '{state,endDate}', '\"2026-06-01T00:00:00.000000Z\"')";
    say("CREATE TABLE younger () INHERITS (executions)");
    say(std::string("INSERT INTO younger (key, value) SELECT key, ") + set +
        " FROM executions WHERE key = 'e0'");
  } else {
    say("ALTER TABLE executions DROP INDEX ix_fulltext, ADD COLUMN part int NOT NULL DEFAULT 1, "
        "DROP PRIMARY KEY, ADD PRIMARY KEY (`key`, part)");
    say("ALTER TABLE executions PARTITION BY LIST (part) (PARTITION a VALUES IN (1), PARTITION b "
        "VALUES IN (2))");
    say(std::string("INSERT INTO executions (`key`, value, part) SELECT `key`, ") + set +
        ", 2 FROM executions WHERE `key` = 'e0'");
  }
  findings();
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 1);
  ASSERT_EQ(result["skippedCount"], 1);
  EXPECT_EQ(result["skipped"][0]["key"], "e0");
  EXPECT_EQ(result["skipped"][0]["reason"], "another row has the same key, and is not meant");
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e0-0", "e0-1"));
}

// MySQL refuses such a trigger when it fires.
TEST_P(ForeignSchema, AnExecutionWhoseLogATriggerWritesAgainStays) {
  add_executions(3);
  write_again("e1-0");
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 2);
  EXPECT_EQ(result["logsCount"], 4);
  ASSERT_EQ(result["skippedCount"], 1);
  EXPECT_THAT(result["skipped"][0]["reason"].get<std::string>(), HasSubstr("logs"));
  EXPECT_THAT(rows_.keys("executions"), ElementsAre("e1"));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e1-0", "e1-1"));
}

// It was deleted before the trigger fired: the second look finds the log, again and again.
TEST_P(ForeignSchema, ALogThatATriggerWritesAgainAtTheCommitIsTold) {
  if (!on("postgresql")) GTEST_SKIP() << "only PostgreSQL defers triggers";
  add_executions(3);
  write_again("e1-0", "CONSTRAINT", "DEFERRABLE INITIALLY DEFERRED");
  const auto result = require_result(bed_.run("PurgeExecutions", kPurge));
  EXPECT_EQ(result["executionsCount"], 3);
  ASSERT_EQ(result["skippedCount"], 1);
  EXPECT_THAT(result["skipped"].dump(), HasSubstr("written again"));
  EXPECT_THAT(bed_.host.logs(), Contains(HasSubstr("written again")));
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("e1-0"));
}

TEST_P(ForeignSchema, OrphansThatATriggerWritesAgainStay) {
  if (on("mysql")) GTEST_SKIP() << "refuses such a trigger when it fires";
  rows_.add_execution("another", "company.other", "daily", kEnd, 0);
  add_log("a", "gone");
  add_log("b", "gone");
  write_again("a");
  const auto result = require_result(bed_.run("PurgeOrphans", {{"dryRun", false}}));
  EXPECT_EQ(result["logsCount"], 1);
  EXPECT_EQ(result["skippedCount"], 1);
  EXPECT_THAT(rows_.keys("logs"), ElementsAre("a"));
}

// Each under another key: the run ends anyway.
TEST_P(ForeignSchema, OrphansThatATriggerWritesUnderOtherKeysAreGivenUp) {
  if (!on("postgresql")) GTEST_SKIP() << "one database suffices";
  rows_.add_execution("another", "company.other", "daily", kEnd, 0);
  add_log("a", "gone");
  say("CREATE SEQUENCE ever");
  write_again("", "", "", "'k' || nextval('ever')");
  const auto result = require_result(bed_.run("PurgeOrphans", {{"dryRun", false}}));
  EXPECT_EQ(result["skippedCount"], 1);
  EXPECT_THAT(bed_.host.logs(), Contains(HasSubstr("writes it again")));
}

INSTANTIATE_TEST_SUITE_P(Engines, ForeignSchema, testing::ValuesIn(test_drivers()),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace winnow::tests
