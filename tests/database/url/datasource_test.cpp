// What a connection pool on the JVM sets in its sessions, and what winnow makes of it.
#include "database/url/datasource.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace winnow::database {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

constexpr const char* kPostgres = "jdbc:postgresql://h/d";
constexpr const char* kMysql = "jdbc:mysql://h/d";

Settings read(const Datasource& datasource) {
  auto settings = read_datasource(datasource);
  EXPECT_TRUE(settings) << (settings ? "" : settings.error().message);
  return settings.value_or(Settings{});
}

Failure refused(const Datasource& datasource) {
  const auto settings = read_datasource(datasource);
  EXPECT_FALSE(settings);
  if (settings) return {};
  EXPECT_EQ(settings.error().kind, FailureKind::configuration);
  return settings.error();
}

Settings with_init(const char* url, const std::string& sql) {
  SCOPED_TRACE(sql);
  return read({.url = url, .init_sql = sql});
}

TEST(Datasource, ASchemaIsTheWholeSearchPathAndTakenLetterByLetter) {
  EXPECT_EQ(read({.url = kPostgres, .schema = "kestra"}).search_path, R"("kestra")");
  EXPECT_EQ(read({.url = kPostgres, .schema = "Kestra, \"b\""}).search_path, R"("Kestra, ""b""")");
  // After the URL's: the pool sets it in the open connection.
  EXPECT_EQ(
      read({.url = "jdbc:postgresql://h/d?currentSchema=url", .schema = "kestra"}).search_path,
      R"("kestra")");
}

TEST(Datasource, TheUrlsSchemaIsASearchPathAsItStands) {
  EXPECT_EQ(read({.url = "jdbc:postgresql://h/d?currentSchema=Kestra,public"}).search_path,
            "Kestra,public");
}

TEST(Datasource, AnOptionStringSetsWhatTheUrlDoesNot) {
  EXPECT_EQ(read({.url = "jdbc:postgresql://h/d?options=-c%20search_path%3Dkestra"}).search_path,
            "kestra");
  EXPECT_EQ(read({.url = "jdbc:postgresql://h/d?options=--search-path%3Da%5C%20,b"}).search_path,
            "a ,b");
  const auto both =
      read({.url = "jdbc:postgresql://h/d?currentSchema=url&options=-c%20search_path%3Doption%20"
                   "-cstatement_timeout%3D5min"});
  EXPECT_EQ(both.search_path, "url");
  EXPECT_THAT(both.session, ElementsAre(Pair("statement_timeout", "5min")));
}

TEST(Datasource, AnInitialStatementHasTheLastWord) {
  const Datasource datasource{.url = "jdbc:postgresql://h/d?currentSchema=url",
                              .schema = "pool",
                              .init_sql = "SET search_path TO Kestra, \"Other\", 'third';"};
  EXPECT_EQ(read(datasource).search_path, R"("kestra", "Other", "third")");
}

TEST(Datasource, InitialStatementsOfEverySpellingAreHonoured) {
  for (const auto* sql : {"SET search_path = kestra", "set SESSION search_path to kestra",
                          "SET SCHEMA 'kestra'", "SET search_path='kestra' -- ours\n;",
                          "/* first */ SELECT 1; SET search_path TO kestra;"}) {
    EXPECT_EQ(with_init(kPostgres, sql).search_path, R"("kestra")") << sql;
  }
  EXPECT_EQ(with_init(kPostgres, "SELECT pg_catalog.set_config('search_path', 'a, b', false)")
                .search_path,
            "a, b");
  EXPECT_THAT(with_init(kPostgres, "SET ROLE kestra_owner; SET statement_timeout = 5000").session,
              ElementsAre(Pair("role", "kestra_owner"), Pair("statement_timeout", "5000")));
}

TEST(Datasource, WhatWinnowSetsItselfOrWhatEndsAtOnceChangesNothing) {
  for (const auto* sql :
       {"SELECT 1", "SET TIME ZONE 'Europe/Paris'", "SET timezone TO 'UTC'", "SET NAMES 'UTF8'",
        "SET LOCAL search_path TO x", "SELECT set_config('search_path', 'x', true)",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED",
        "SET DateStyle TO ISO, DMY", "SET lock_timeout = '1h'", "SET row_security = on", "", ";"}) {
    const auto settings = with_init(kPostgres, sql);
    EXPECT_THAT(settings.session, IsEmpty()) << sql;
    EXPECT_THAT(settings.search_path, IsEmpty()) << sql;
  }
}

TEST(Datasource, MysqlsStatementsMayNameTheDatabase) {
  EXPECT_EQ(with_init(kMysql, "SET NAMES utf8mb4; USE `kestra 2`").database, "kestra 2");
  EXPECT_EQ(with_init(kMysql, "SET SESSION sql_mode = 'A', @x = 1; SELECT 1").database, "d");
  EXPECT_EQ(read({.url = kMysql, .catalog = "other"}).database, "other");
  EXPECT_EQ(read({.url = kPostgres, .catalog = "other"}).database, "d");
  EXPECT_EQ(read({.url = kMysql, .schema = "d"}).database, "d");
  EXPECT_THAT(refused({.url = kMysql, .schema = "other"}).pointer, "/schema");
}

TEST(Datasource, AStatementThatCantBeHonouredIsRefusedByItsFirstWords) {
  for (const auto& [url, sql, says] :
       {std::tuple{kPostgres, "CREATE SCHEMA secret", "`CREATE SCHEMA ...`"},
        std::tuple{kPostgres, "SELECT kestra.prepare('secret')", "`SELECT kestra.prepare ...`"},
        std::tuple{kPostgres, "SET SESSION AUTHORIZATION secret", "`SET SESSION ...`"},
        std::tuple{kPostgres, "DISCARD ALL", "`DISCARD ALL ...`"},
        std::tuple{kPostgres, "RESET search_path", "`RESET search_path ...`"},
        std::tuple{kPostgres, "SET search_path TO DEFAULT", "`SET search_path ...`"},
        std::tuple{kPostgres, "SET x = 'secret', 'b'", "`SET x ...`"},
        std::tuple{kPostgres, "SET x = 'secret", "never ends"},
        std::tuple{kPostgres, "SET session_replication_role = replica", "session_replication_role"},
        std::tuple{kMysql, "SET ROLE secret", "`SET ROLE ...`"},
        std::tuple{kMysql, "CALL secret()", "`CALL secret ...`"}}) {
    const auto failure = refused({.url = url, .init_sql = sql});
    EXPECT_THAT(failure.message, HasSubstr(says)) << sql;
    EXPECT_EQ(failure.pointer, "/connection-init-sql");
  }
  EXPECT_THAT(refused({.url = kPostgres, .init_sql = "SET x = 'secret', 'b'"}).message,
              Not(HasSubstr("secret")));
}

TEST(Datasource, TheUrlComesBeforeWhatStandsBesideIt) {
  const Datasource datasource{.url = "jdbc:postgresql://h/d?user=url&sslmode=require",
                              .username = "beside",
                              .password = "of mine",
                              .properties = {{"user", "property"},
                                             {"password", "property"},
                                             {"sslmode", "disable"},
                                             {"currentSchema", "kestra"},
                                             {"tcpKeepAlive", "true"}}};
  const auto settings = read(datasource);
  EXPECT_EQ(settings.user, "url");
  EXPECT_EQ(settings.password, "of mine");
  EXPECT_EQ(settings.options.at("sslmode"), "require");
  EXPECT_EQ(settings.search_path, "kestra");
  EXPECT_EQ(read({.url = kPostgres, .username = "u", .password = "p"}).user, "u");
  EXPECT_EQ(read({.url = "mysql://own:secret@h/d", .username = "u", .password = "p"}).password,
            "secret");
}

TEST(Datasource, APropertyThatCantBeUsedIsNamedAsOne) {
  const auto failure =
      refused({.url = kPostgres, .properties = {{"socketFactory", "com.example.Mine"}}});
  EXPECT_EQ(failure.pointer, "/properties");
  EXPECT_THAT(failure.message, HasSubstr("`socketFactory`"));
}

}  // namespace
}  // namespace winnow::database
