// Kestra's application.yml as operators write it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/configuration/configuration.h"
#include "tests/plugin/scratch.h"

namespace winnow::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class KestraConfigurationTest : public Scratch {
 protected:
  // The configuration that takes everything possible from this application.yml.
  Outcome<Configuration> read(std::string_view application, const std::string& more = "") const {
    return read_configuration("kestra: " + write("application.yml", application) + "\n" + more);
  }
  std::string refusal(std::string_view application, const std::string& more = "") const {
    const auto configuration = read(application, more);
    return configuration ? "accepted" : configuration.error().message;
  }
};

constexpr const char* kPostgres =
    "datasources:\n"
    "  postgres:\n"
    "    url: jdbc:postgresql://db:5432/kestra\n"
    "    driverClassName: org.postgresql.Driver\n"
    "    username: kestra\n"
    "    password: k3str4\n"
    "kestra:\n"
    "  repository: {type: postgres}\n"
    "  storage:\n"
    "    type: local\n"
    "    local: {base-path: /app/storage}\n";

TEST_F(KestraConfigurationTest, TakesDatabaseAndStorage) {
  const auto configuration = read(kPostgres).value();
  EXPECT_EQ(configuration.database->engine, database::Engine::postgresql);
  EXPECT_EQ(configuration.database->host, "db");
  EXPECT_EQ(configuration.database->database, "kestra");
  EXPECT_EQ(configuration.database->user, "kestra");
  EXPECT_EQ(configuration.database->password, "k3str4");
  EXPECT_EQ(configuration.storage->kind, StorageKind::local);
  EXPECT_EQ(configuration.storage->base_path, "/app/storage");
  EXPECT_EQ(configuration.storage_problem, "");
}

TEST_F(KestraConfigurationTest, TakesMySql) {
  const auto configuration =
      read(
          "datasources:\n  mysql: {url: 'jdbc:mysql://db:3306/kestra', username: u, password: p}\n"
          "kestra: {repository: {type: mysql}}\n")
          .value();
  EXPECT_EQ(configuration.database->engine, database::Engine::mysql);
  EXPECT_EQ(configuration.database->user, "u");
}

TEST_F(KestraConfigurationTest, WhatTheConfigurationSaysItselfComesFirst) {
  const auto configuration =
      read(kPostgres,
           "database: {url: 'postgresql://own@h/d', connections: 3}\nstorage: {type: none}\n")
          .value();
  EXPECT_EQ(configuration.database->host, "h");
  EXPECT_EQ(configuration.database->password, "");
  EXPECT_EQ(configuration.storage->kind, StorageKind::none);
  // Keys that belong to a URL belong to Kestra's here.
  const auto mixed =
      read(kPostgres, "database: {password: own, connections: 3, lock-timeout: 50}\n").value();
  EXPECT_EQ(mixed.database->host, "db");
  EXPECT_EQ(mixed.database->password, "own");
  EXPECT_EQ(mixed.database->lock_timeout_ms, 50);
  EXPECT_EQ(mixed.connections, 3);
}

// They would be passed over, and Kestra's own schema be worked on.
TEST_F(KestraConfigurationTest, KeysThatBelongToAUrlNeedOne) {
  for (const char* key : {"schema: own", "catalog: own", "username: own", "properties: {a: b}",
                          "connection-init-sql: SET search_path TO own"}) {
    const std::string text = key;
    EXPECT_THAT(
        refusal(kPostgres, "database: {" + text + "}\n"),
        AllOf(HasSubstr("/database/" + text.substr(0, text.find(':'))), HasSubstr("needs `url`")));
  }
}

TEST_F(KestraConfigurationTest, SettingsInAVariableOfMicronautsAreRefused) {
  set("MICRONAUT_APPLICATION_JSON", R"({"datasources": {"postgres": {"url": "x"}}})");
  EXPECT_THAT(refusal(kPostgres), HasSubstr("the variable MICRONAUT_APPLICATION_JSON"));
  set("MICRONAUT_APPLICATION_JSON", R"({"kestra.storage.type": "s3"})");
  EXPECT_THAT(refusal(kPostgres), HasSubstr("the variable MICRONAUT_APPLICATION_JSON"));
  set("MICRONAUT_APPLICATION_JSON",
      R"({"micronaut": {"server": {"context-path": "/kestra"}}, "logger.levels.io.kestra": "INFO"})");
  EXPECT_TRUE(read(kPostgres));
}

TEST_F(KestraConfigurationTest, TheSchemaIsThatOfKestrasOwnConnections) {
  const std::string begin = "datasources:\n  postgres:\n    url: jdbc:postgresql://h/d\n";
  EXPECT_EQ(read(begin + "    schema: kestra\n").value().database->search_path, "\"kestra\"");
  EXPECT_EQ(read(begin + "    connectionInitSql: SET search_path TO kestra\n")
                .value()
                .database->search_path,
            "\"kestra\"");
  EXPECT_EQ(read(begin + "    data-source-properties: {currentSchema: kestra}\n")
                .value()
                .database->search_path,
            "kestra");
  EXPECT_THAT(refusal(begin + "    connection-init-sql: CREATE SCHEMA x\n"),
              HasSubstr("application.yml:4: datasources.postgres.connection-init-sql: has a "
                        "statement that winnow can't honour in its own sessions: `CREATE SCHEMA"));
  EXPECT_THAT(refusal(begin + "    data-source-properties: {socketFactory: x}\n"),
              HasSubstr("application.yml:4: datasources.postgres.data-source-properties: the "
                        "database URL has an option `socketFactory`"));
}

// Kestra may need the setting unchanged.
TEST_F(KestraConfigurationTest, WhatIsRefusedOfADatasourceNamesTheWayAround) {
  for (const auto* url :
       {"jdbc:postgresql://h/d?sslfactory=com.example.Factory",
        "jdbc:postgresql://h/d?gssEncMode=require", "jdbc:postgresql://h/d?options=-E",
        "jdbc:mysql://address=(host=h)/d", "jdbc:aws-wrapper:postgresql://h/d",
        "jdbc:postgresql://h/d?cloudSqlInstance=x"}) {
    EXPECT_THAT(refusal("datasources:\n  postgres:\n    url: " + std::string(url) + "\n"),
                AllOf(HasSubstr("application.yml:3: datasources.postgres.url: "),
                      HasSubstr("`database.url`")))
        << url;
  }
  EXPECT_THAT(refusal("datasources:\n  postgres: {url: 'jdbc:postgresql://h/d', "
                      "connection-init-sql: CREATE SCHEMA x}\n"),
              HasSubstr("`database.url`"));
}

TEST_F(KestraConfigurationTest, ReplacesPlaceholders) {
  set("WINNOW_TEST_HOST", "db.internal");
  const auto configuration =
      read(
          "datasources:\n  postgres:\n    url: "
          "jdbc:postgresql://${WINNOW_TEST_HOST}:${WINNOW_TEST_PORT:5433}/kestra\n"
          "    username: ${WINNOW_TEST_USER:${WINNOW_TEST_OTHER:kestra}}\n"
          "kestra: {storage: {type: local, local: {basePath: "
          "'${WINNOW_TEST_DIR:/app/storage}'}}}\n")
          .value();
  EXPECT_EQ(configuration.database->host, "db.internal");
  EXPECT_EQ(configuration.database->port, 5433);
  EXPECT_EQ(configuration.database->user, "kestra");
  EXPECT_EQ(configuration.storage->base_path, "/app/storage");
}

// To Micronaut a placeholder names a setting: of the file, of another file, or of a variable such
// as DB_HOST.
TEST_F(KestraConfigurationTest, PlaceholdersReferToOtherSettings) {
  const auto database_of = [this](const std::string& placeholder, const std::string& more) {
    const auto configuration =
        read("datasources: {postgres: {url: 'jdbc:postgresql://h/" + placeholder + "'}}\n" + more);
    return configuration ? configuration->database->database : configuration.error().message;
  };
  EXPECT_EQ(database_of("${db.name:kestra}", "db: {name: production}\n"), "production");
  EXPECT_EQ(database_of("${db.name:kestra}", "db: {name: '${none.such:production}'}\n"),
            "production");
  EXPECT_EQ(database_of("${my-db.the-name:kestra}", "myDb.theName: production\n"), "production");
  EXPECT_EQ(database_of("${NO_VARIABLE:kestra}", "NO_VARIABLE: production\n"), "production");
  EXPECT_EQ(database_of("${db.name:kestra}", "---\ndb: {name: production}\n"), "production");
  EXPECT_EQ(database_of("${db.name:kestra}", "db: {name: ''}\n"), "kestra");
  EXPECT_EQ(database_of("${db.name:kestra}", ""), "kestra");
  EXPECT_THAT(database_of("${db.name}", "db: {name: '${db.other}', other: '${db.name}'}\n"),
              HasSubstr("without an end"));
  EXPECT_THAT(
      database_of("${db.name:x}", "db: {name: '${WINNOW_TEST_NONE}'}\n"),
      HasSubstr("application.yml:2: db.name: the environment variable \"WINNOW_TEST_NONE\""));
  EXPECT_THAT(database_of("${db:x}", "db: {name: y}\n"), HasSubstr("db: expected a string"));
  set("WINNOW_TEST_DB_NAME", "ours");
  EXPECT_EQ(database_of("${winnow.test.db-name:kestra}", "winnow.test: {db-name: theirs}\n"),
            "ours");
  set("DATASOURCES_POSTGRES_URL", "jdbc:postgresql://h/${WINNOW_TEST_DB_NAME}");
  EXPECT_EQ(database_of("kestra", ""), "ours");
}

TEST_F(KestraConfigurationTest, NamesAVariableThatIsNotSetWithItsLine) {
  EXPECT_THAT(refusal("datasources:\n  postgres:\n    url: jdbc:postgresql://h/d\n    password: "
                      "x${WINNOW_TEST_NONE}\n"),
              AllOf(HasSubstr("application.yml:4: datasources.postgres.password: the environment "
                              "variable \"WINNOW_TEST_NONE\" is not set"),
                    Not(HasSubstr("x$"))));
}

TEST_F(KestraConfigurationTest, TheEnvironmentComesBeforeTheFile) {
  set("DATASOURCES_POSTGRES_PASSWORD", "from the environment");
  set("KESTRA_STORAGE_LOCAL_BASE_PATH", "/elsewhere");
  const auto configuration = read(kPostgres).value();
  EXPECT_EQ(configuration.database->password, "from the environment");
  EXPECT_EQ(configuration.storage->base_path, "/elsewhere");
}

TEST_F(KestraConfigurationTest, ReadsKeysThatAreJoinedByDots) {
  const auto configuration =
      read(
          "datasources.postgres.url: jdbc:postgresql://h/d\ndatasources.postgres: {username: u}\n"
          "kestra.storage: {type: local, local.base_path: /app/storage}\n")
          .value();
  EXPECT_EQ(configuration.database->host, "h");
  EXPECT_EQ(configuration.database->user, "u");
  EXPECT_EQ(configuration.storage->base_path, "/app/storage");
}

TEST_F(KestraConfigurationTest, TheRepositoryNamesTheDatasource) {
  const std::string both =
      "datasources:\n  h2: {url: 'jdbc:h2:mem:x'}\n  mysql: {url: 'jdbc:mysql://m/d'}\n  postgres: "
      "{url: 'jdbc:postgresql://p/d'}\n";
  EXPECT_EQ(read(both + "kestra: {repository: {type: postgres}}\n").value().database->host, "p");
  EXPECT_EQ(read(both + "kestra: {repository: {type: mysql}}\n").value().database->host, "m");
  EXPECT_THAT(refusal(both), HasSubstr("application.yml:1: datasources: there are several"));
}

TEST_F(KestraConfigurationTest, TheOnlyDatasourceMayHaveAnyName) {
  EXPECT_EQ(read("datasources: {main: {url: 'jdbc:postgresql://p/d'}}\nkestra: {repository: {type: "
                 "postgres}}\n")
                .value()
                .database->host,
            "p");
  EXPECT_EQ(read("datasources: {main: {url: 'jdbc:postgresql://p/d'}}\n").value().database->host,
            "p");
}

TEST_F(KestraConfigurationTest, RefusesDatabasesThatWinnowDoesNotWorkOn) {
  for (const auto* type : {"h2", "memory", "elasticsearch"}) {
    EXPECT_THAT(refusal(std::string("datasources: {postgres: {url: "
                                    "'jdbc:postgresql://p/d'}}\nkestra:\n  repository: {type: ") +
                        type + "}\n"),
                AllOf(HasSubstr("application.yml:3: kestra.repository.type"),
                      HasSubstr("winnow works on PostgreSQL and MySQL")));
  }
  EXPECT_THAT(refusal("datasources:\n  h2: {url: 'jdbc:h2:mem:public;DB_CLOSE_DELAY=-1'}\n"),
              AllOf(HasSubstr("application.yml:2: datasources.h2.url: H2 is no database"),
                    HasSubstr("PostgreSQL and MySQL")));
}

TEST_F(KestraConfigurationTest, RefusesAFileThatSaysNothingAboutTheDatabase) {
  EXPECT_THAT(refusal("micronaut: {}\n"), HasSubstr("is this Kestra's configuration?"));
  EXPECT_THAT(refusal(""), HasSubstr("is this Kestra's configuration?"));
  EXPECT_THAT(refusal("- a\n"), HasSubstr("is this Kestra's configuration?"));
  EXPECT_THAT(refusal("datasources: {postgres: {username: u}}\n"),
              HasSubstr("postgres.url is missing"));
  EXPECT_THAT(refusal("datasources: {postgres: {url: }}\n"), HasSubstr("postgres.url is missing"));
  EXPECT_THAT(refusal("datasources:\n  postgres:\n    url: [a\n"), HasSubstr("application.yml:3"));
}

TEST_F(KestraConfigurationTest, AUrlThatCannotBeUsedIsNotRepeated) {
  EXPECT_THAT(
      refusal("datasources:\n  postgres:\n    url: jdbc:postgresql://u:s3cret@h:port/d\n"),
      AllOf(HasSubstr("application.yml:3: datasources.postgres.url: "), Not(HasSubstr("s3cret"))));
}

TEST_F(KestraConfigurationTest, AStorageThatIsNotKnownIsNoFailureUntilFilesAreToGo) {
  for (const auto* type : {"gcs", "azure"}) {
    const auto configuration = read(
        std::string(
            "datasources: {postgres: {url: 'jdbc:postgresql://p/d'}}\nkestra: {storage: {type: ") +
        type + "}}\n");
    ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
    EXPECT_FALSE(configuration->storage.has_value());
    EXPECT_THAT(configuration->storage_problem, HasSubstr(std::string("of type \"") + type + "\""));
  }
}

std::string with_storage(const std::string& storage) {
  return "datasources: {postgres: {url: 'jdbc:postgresql://p/d'}}\nkestra:\n  storage: " + storage +
         "\n";
}

TEST_F(KestraConfigurationTest, ABucketOfS3IsTakenWithItsKeys) {
  const auto configuration =
      read(with_storage("{type: s3, s3: {bucket: b, region: eu-west-1, accessKeyId: a, "
                        "secret-key-id: s3cret, path: /kestra/, s3-files-compatible: true}}"));
  ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
  ASSERT_TRUE(configuration->storage.has_value()) << configuration->storage_problem;
  EXPECT_EQ(configuration->storage->kind, StorageKind::s3);
  const auto& s3 = configuration->storage->s3;
  EXPECT_EQ(s3.endpoint, "https://s3.eu-west-1.amazonaws.com");
  EXPECT_FALSE(s3.path_style);
  EXPECT_EQ(s3.path, "/kestra") << "Kestra's keys begin with the slash too";
  EXPECT_TRUE(s3.versions);
  EXPECT_EQ(s3.access_key + s3.secret_key, "as3cret");
}

TEST_F(KestraConfigurationTest, ABucketOfMinioIsTakenWithHostAndPort) {
  const auto configuration =
      read(with_storage("{type: minio, minio: {endpoint: files, port: 9000, secure: true, "
                        "access-key: a, secret-key: b, bucket: c}}"));
  ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
  ASSERT_TRUE(configuration->storage.has_value()) << configuration->storage_problem;
  EXPECT_EQ(configuration->storage->s3.endpoint, "https://files:9000");
  EXPECT_TRUE(configuration->storage->s3.path_style);
}

// Some servers know no other way (Alibaba's: SecondLevelDomainForbidden).
TEST_F(KestraConfigurationTest, ABucketOfS3StandsBeforeTheHostAsItDoesForKestra) {
  const auto by_path = [&](const std::string& settings) {
    const auto configuration =
        read(with_storage("{type: s3, s3: {access-key: a, secret-key: b, " + settings + "}}"));
    return configuration.value().storage.value().s3.path_style;
  };
  EXPECT_FALSE(by_path("bucket: c"));
  EXPECT_FALSE(by_path("bucket: c, endpoint: 'https://oss-cn-hangzhou.aliyuncs.com'"));
  EXPECT_FALSE(
      by_path("bucket: c, endpoint-override: 'http://files:9000', force-path-style: 'False'"));
  EXPECT_FALSE(by_path("bucket: c.d, endpoint: 'http://files:9000'"));
  EXPECT_TRUE(by_path("bucket: c, endpoint: 'http://files:9000', force-path-style: true"));
  EXPECT_TRUE(by_path("bucket: c, endpoint: 'http://10.0.0.1:9000/'"));
  EXPECT_TRUE(by_path("bucket: c, endpoint: 'http://[::1]:9000'"));
  EXPECT_TRUE(by_path("bucket: c.d, endpoint: 'https://files'"));
  EXPECT_TRUE(by_path("bucket: c_d, endpoint: 'http://files'"));
}

// As a variable has it, whose value is always text.
TEST_F(KestraConfigurationTest, ABooleanMayBeText) {
  set("KESTRA_STORAGE_MINIO_SECURE", "TRUE");
  const auto configuration = read(with_storage(
      "{type: minio, minio: {endpoint: files, port: 9000, access-key: a, secret-key: b, bucket: c, "
      "vhost: 'True', s3-files-compatible: 'True', "
      "ssl-options: {insecure-trust-all-certificates: 'TRUE'}}}"));
  ASSERT_TRUE(configuration.has_value() && configuration->storage.has_value());
  const auto& s3 = configuration->storage->s3;
  EXPECT_EQ(s3.endpoint, "https://files:9000");
  EXPECT_FALSE(s3.path_style);
  EXPECT_TRUE(s3.versions);
  EXPECT_FALSE(s3.verify_tls);
}

TEST_F(KestraConfigurationTest, MinioIsReachedByTheWayThatKestraGoes) {
  const auto configuration = read(with_storage(
      "{type: minio, minio: {endpoint: files, port: 9000, secure: true, access-key: a, "
      "secret-key: b, bucket: c, caPem: authority, client-pem: own, ssl-options: "
      "{insecureTrustAllCertificates: true}, proxy-configuration: {type: SOCKS, "
      "address: proxy, port: 1080, username: me, password: geheim}}}"));
  ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
  ASSERT_TRUE(configuration->storage.has_value()) << configuration->storage_problem;
  const auto& s3 = configuration->storage->s3;
  EXPECT_EQ(s3.ca_pem, "authority");
  EXPECT_EQ(s3.client_pem, "own");
  EXPECT_FALSE(s3.verify_tls);
  EXPECT_EQ(s3.proxy, "socks5h://proxy:1080");
  EXPECT_EQ(s3.proxy_user + s3.proxy_password, "megeheim");
}

TEST_F(KestraConfigurationTest, AProxyOfNoTypeIsNone) {
  const auto configuration = read(with_storage(
      "{type: minio, minio: {endpoint: files, port: 9000, access-key: a, secret-key: b, "
      "bucket: c, proxy-configuration: {address: proxy, port: 3128}}}"));
  ASSERT_TRUE(configuration.has_value() && configuration->storage.has_value());
  EXPECT_EQ(configuration->storage->s3.proxy, "");
  EXPECT_TRUE(configuration->storage->s3.verify_tls);
}

TEST_F(KestraConfigurationTest, ABucketWithoutItsNameIsRefused) {
  EXPECT_THAT(refusal(with_storage("{type: s3, s3: {region: eu-west-1}}")),
              HasSubstr("s3.bucket is missing"));
}

TEST_F(KestraConfigurationTest, ABucketThatWinnowCantReachIsNoFailureUntilFilesAreToGo) {
  for (const auto& [storage, says] :
       {std::pair{"{type: s3, s3: {bucket: b, access-key: a, secret-key: s, sts-role-arn: r}}",
                  "role"},
        std::pair{"{type: minio, minio: {bucket: b, access-key: a, secret-key: s}}", "endpoint"},
        std::pair{"{type: minio, minio: {bucket: b, endpoint: h, access-key: a, secret-key: s, "
                  "proxy-configuration: {type: HTTP, port: 3128}}}",
                  "proxy"}}) {
    const auto configuration = read(with_storage(storage));
    ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
    EXPECT_FALSE(configuration->storage.has_value()) << storage;
    EXPECT_THAT(configuration->storage_problem, HasSubstr(says));
  }
}

TEST_F(KestraConfigurationTest, ABasePathThatMeansAnotherFolderHereIsNotTaken) {
  for (const auto* path : {"target/storage", "./storage", "/"}) {
    const auto configuration =
        read(std::string("datasources: {postgres: {url: 'jdbc:postgresql://p/d'}}\nkestra: "
                         "{storage: {type: local, local: {base-path: ") +
             path + "}}}\n");
    ASSERT_TRUE(configuration.has_value()) << configuration.error().message;
    EXPECT_FALSE(configuration->storage.has_value()) << path;
    EXPECT_THAT(configuration->storage_problem, HasSubstr("kestra.storage.local.base-path"));
  }
  EXPECT_THAT(refusal("datasources: {postgres: {url: 'jdbc:postgresql://p/d'}}\nkestra: {storage: "
                      "{type: local}}\n"),
              HasSubstr("local.base-path is missing"));
}

TEST_F(KestraConfigurationTest, ANumberIsAPasswordWhereItCanOnlyBeReadOneWay) {
  const auto with = [](const std::string& password) {
    return "datasources: {mysql: {url: 'jdbc:mysql://db/kestra', username: u, password: " +
           password + "}}\n";
  };
  EXPECT_EQ(read(with("12345")).value().database->password, "12345");
  EXPECT_EQ(read(with("true")).value().database->password, "true");
  for (const auto* text : {"012345", "1e5", "12:30", "1_000", "1.10"}) {
    EXPECT_THAT(refusal(with(text)),
                AllOf(HasSubstr("application.yml:1: datasources.mysql.password"),
                      HasSubstr("quotes"), Not(HasSubstr(text))));
  }
  EXPECT_EQ(read(with("'012345'")).value().database->password, "012345");
}

TEST_F(KestraConfigurationTest, OfSeveralDocumentsTheLastCounts) {
  const auto configuration =
      read(std::string(kPostgres) +
           "---\ndatasources.postgres.username: other\n---\ndatasources:\n  postgres:\n"
           "    url: jdbc:postgresql://db2/kestra\n")
          .value();
  EXPECT_EQ(configuration.database->host, "db2");
  EXPECT_EQ(configuration.database->user, "other");
  EXPECT_EQ(configuration.database->password, "k3str4");
}

TEST_F(KestraConfigurationTest, SeveralFilesAreLaidOverEachOther) {
  const auto base = write("base.yml", kPostgres);
  const auto secrets = write("secrets.yml", "datasources: {postgres: {password: 42}}\n");
  const auto configuration = read_configuration("kestra: [" + base + ", " + secrets + "]").value();
  EXPECT_EQ(configuration.database->password, "42");
  EXPECT_EQ(configuration.database->host, "db");
  const auto wrong = write("wrong.yml", "\ndatasources: {postgres: {password: [1]}}\n");
  EXPECT_THAT(read_configuration("kestra: [" + base + ", " + wrong + "]").error().message,
              HasSubstr(wrong + ":2: datasources.postgres.password"));
}

TEST_F(KestraConfigurationTest, NamesEachFileOnce) {
  const auto base = write("base.yml", "micronaut: {}\n---\nendpoints: {}\n");
  // Its path ends in the path of the other.
  const auto longer = write(base.substr(1), "micronaut: {}\n");
  EXPECT_THAT(read_configuration("kestra: [" + longer + ", " + base + "]").error().message,
              HasSubstr(longer + ", " + base + ": "));
}

TEST_F(KestraConfigurationTest, AMergeKeyIsFollowed) {
  const auto configuration = read(
                                 "common: &common {username: u, password: 7}\n"
                                 "datasources:\n  mysql:\n    <<: *common\n"
                                 "    url: jdbc:mysql://db/kestra\n")
                                 .value();
  EXPECT_EQ(configuration.database->user, "u");
  EXPECT_EQ(configuration.database->password, "7");
}

TEST_F(KestraConfigurationTest, AVariableOfTheEnvironmentMayHoldAllOfIt) {
  set("WINNOW_TEST_KESTRA", kPostgres);
  const auto configuration = read_configuration("kestra: {env: WINNOW_TEST_KESTRA}").value();
  EXPECT_EQ(configuration.database->password, "k3str4");
  set("WINNOW_TEST_KESTRA", "datasources: {h2: {url: 'jdbc:h2:mem:x'}}");
  EXPECT_THAT(read_configuration("kestra: {env: WINNOW_TEST_KESTRA}").error().message,
              HasSubstr("$WINNOW_TEST_KESTRA:1: datasources.h2.url"));
}

TEST_F(KestraConfigurationTest, VariablesMaySayAllOfIt) {
  EXPECT_THAT(read_configuration("kestra: []").error().message, HasSubstr("no `datasources`"));
  set("KESTRA_REPOSITORY_TYPE", "postgres");
  set("DATASOURCES_POSTGRES_URL", "jdbc:postgresql://db/kestra");
  set("DATASOURCES_POSTGRES_USERNAME", "kestra");
  set("KESTRA_STORAGE_TYPE", "local");
  set("KESTRA_STORAGE_LOCAL_BASE_PATH", "/app/storage");
  const auto configuration = read_configuration("kestra: []").value();
  EXPECT_EQ(configuration.database->host, "db");
  EXPECT_EQ(configuration.database->user, "kestra");
  EXPECT_EQ(configuration.storage->base_path, "/app/storage");
  // The one in the file belongs to another datasource.
  EXPECT_EQ(read("datasources: {mysql: {url: 'jdbc:mysql://other/kestra'}}")->database->host, "db");
}

TEST_F(KestraConfigurationTest, AKeyInSeveralSpellingsIsTheLastOfThem) {
  const std::string begin = "datasources:\n  postgres:\n    url: jdbc:postgresql://h/d\n";
  const auto path = [&](const std::string& more) {
    return read(begin + more)->database->search_path;
  };
  EXPECT_EQ(path("    schema: a\n    SCHEMA: b\n"), "\"b\"");
  EXPECT_EQ(path("    schema: a\ndatasources.postgres.schema: b\n"), "\"b\"");
  EXPECT_EQ(path("    connectionInitSQL: SET search_path TO a\n"), "\"a\"");
  EXPECT_EQ(path("    CONNECTION_INIT_SQL: SET search_path TO a\n"), "\"a\"");
  EXPECT_EQ(path("    connectioninitsql: SET search_path TO a\n"), "") << "not to Micronaut";
  EXPECT_EQ(read("datasources: {postgres: {jdbcUrl: 'jdbc:postgresql://h/d'}}")->database->host,
            "h");
  // Micronaut hands both to the same field, one after the other.
  EXPECT_EQ(read(begin + "    jdbc-url: jdbc:postgresql://h/d\n")->database->host, "h");
  EXPECT_THAT(refusal(begin + "    jdbc-url: jdbc:postgresql://other/d\n"),
              AllOf(HasSubstr("application.yml:4: datasources.postgres.jdbc-url: "),
                    HasSubstr("keep one of them")));
}

// As a pool of Micronaut 4.9 and 4.10 has them.
TEST_F(KestraConfigurationTest, OptionsOfTheDriverCountInAFileAloneAndUnderTheirOwnName) {
  const std::string name = "DATASOURCES_POSTGRES_DATA_SOURCE_PROPERTIES_CURRENTSCHEMA";
  const std::string begin = "datasources:\n  postgres:\n    url: jdbc:postgresql://h/d\n";
  const auto path = [&](const std::string& more) {
    return read(begin + more)->database->search_path;
  };
  set(name, "variables");
  EXPECT_EQ(path(""), "");
  EXPECT_EQ(path("    data-source-properties: {currentSchema: file}\n"), "file");
  EXPECT_EQ(path("    data-source-properties: {currentSchema: '${" + name + "}'}\n"), "variables");
  EXPECT_EQ(path("    data-source-properties.currentSchema: dots\n"), "dots");
  EXPECT_EQ(path("datasources.postgres.data-source-properties.currentSchema: more dots\n"),
            "more dots");
  EXPECT_EQ(path("    dataSourceProperties: {currentSchema: camel}\n"), "");
  EXPECT_EQ(path("    data_source_properties: {currentSchema: snake}\n"), "");
}

TEST_F(KestraConfigurationTest, LogsThatAreKeptElsewhereAreRefused) {
  EXPECT_THAT(refusal(std::string(kPostgres) + "  logs: {type: elasticsearch}\n"),
              AllOf(HasSubstr("kestra.logs.type"), HasSubstr("elasticsearch"),
                    HasSubstr("`database.url`")));
  EXPECT_TRUE(read(std::string(kPostgres) + "  logs: {type: postgres}\n"));
  EXPECT_TRUE(read(std::string(kPostgres) + "  logs: {type: elasticsearch}\n",
                   "database: {url: 'postgresql://u@h/d'}\n"));
}

}  // namespace
}  // namespace winnow::plugin
