// winnow.yaml: what each key does, and what is refused with line and reason.
#include "plugin/configuration/configuration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/plugin/scratch.h"

namespace winnow::plugin {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class ConfigurationTest : public Scratch {
 protected:
  static std::string refusal(const std::string& text) {
    const auto configuration = read_configuration(text);
    if (configuration) return "accepted";
    EXPECT_EQ(configuration.error().kind, FailureKind::configuration);
    return configuration.error().message;
  }
};

TEST_F(ConfigurationTest, EmptyTextIsAnEmptyConfiguration) {
  for (const auto* text : {"", "# nothing yet\n", "{}", "null"}) {
    const auto configuration = read_configuration(text);
    ASSERT_TRUE(configuration.has_value()) << text;
    EXPECT_FALSE(configuration->database.has_value());
    EXPECT_FALSE(configuration->storage.has_value());
    EXPECT_EQ(configuration->connections, std::nullopt);
    EXPECT_FALSE(configuration->keep_alive);
    EXPECT_TRUE(configuration->policy.tenants.empty());
    EXPECT_FALSE(configuration->policy.max_executions.has_value());
    EXPECT_FALSE(configuration->policy.allow_scan);
    EXPECT_TRUE(std::filesystem::is_directory(configuration->store_directory));
  }
}

TEST_F(ConfigurationTest, ReadsEveryKey) {
  const auto configuration =
      read_configuration(
          "database:\n  url: postgresql://kestra@127.0.0.1:5433/kestra\n  password: hunter2\n  "
          "connections: 4\n"
          "  connect-timeout: 5000\n  lock-timeout: 700\n  keep-alive: PT1M\n"
          "storage: {type: local, base-path: " +
          folder() +
          "}\n"
          "policy:\n  tenant: main\n  allow: [company.**, other]\n  protect: [company.billing]\n  "
          "max-executions: 1000\n  allow-scan: true\n"
          "manifests: [/etc/winnow/manifests]\nstore-directory: " +
          folder() + "\n")
          .value();
  EXPECT_EQ(configuration.database->engine, database::Engine::postgresql);
  EXPECT_EQ(configuration.database->host, "127.0.0.1");
  EXPECT_EQ(configuration.database->port, 5433);
  EXPECT_EQ(configuration.database->user, "kestra");
  EXPECT_EQ(configuration.database->password, "hunter2");
  EXPECT_EQ(configuration.database->connect_timeout_ms, 5000);
  EXPECT_EQ(configuration.database->lock_timeout_ms, 700);
  EXPECT_EQ(configuration.connections, 4);
  EXPECT_EQ(configuration.keep_alive, std::chrono::minutes(1));
  EXPECT_EQ(configuration.storage->kind, StorageKind::local);
  EXPECT_EQ(configuration.storage->base_path, folder());
  EXPECT_THAT(configuration.policy.tenants, ElementsAre("main"));
  EXPECT_THAT(configuration.policy.allow, ElementsAre("company.**", "other"));
  EXPECT_THAT(configuration.policy.protect, ElementsAre("company.billing"));
  EXPECT_EQ(configuration.policy.max_executions, 1000);
  EXPECT_TRUE(configuration.policy.allow_scan);
  EXPECT_THAT(configuration.manifest_folders, ElementsAre("/etc/winnow/manifests"));
  EXPECT_EQ(configuration.store_directory, folder());
}

TEST_F(ConfigurationTest, SaysWhereReceiptsAreKept) {
  EXPECT_FALSE(read_configuration("{}")->receipts.has_value());
  const auto file = read_configuration("receipts: {file: /var/lib/r.jsonl, keys: full}");
  EXPECT_EQ(file->receipts->file, "/var/lib/r.jsonl");
  EXPECT_TRUE(file->receipts->full_keys);
  EXPECT_FALSE(file->receipts->events);
  EXPECT_TRUE(read_configuration("receipts: {events: true}")->receipts->events);
  EXPECT_THAT(refusal("receipts: {keys: full}"), HasSubstr("needs a `file`, or `events: true`"));
  EXPECT_THAT(refusal("receipts: {file: r.jsonl}"), HasSubstr("has to be an absolute path"));
  EXPECT_THAT(refusal("receipts: {file: /r, key: full}"), HasSubstr("/receipts/key"));
}

TEST_F(ConfigurationTest, ADatasourceOfKestrasMayBeSpelledOut) {
  const auto configuration =
      read_configuration(
          "database:\n  url: jdbc:postgresql://h1:1,h2/d?user=url\n  username: beside\n"
          "  password: hunter2\n  schema: kestra\n  properties: {sslmode: require, tcpKeepAlive: "
          "true}\n  connection-init-sql: SET statement_timeout = 5000\n"
          "  expect: {database: d, schema: [kestra, public], server: '7'}\n")
          .value();
  EXPECT_EQ(configuration.database->user, "url");
  EXPECT_EQ(configuration.database->password, "hunter2");
  EXPECT_EQ(configuration.database->search_path, "\"kestra\"");
  EXPECT_EQ(configuration.database->options.at("sslmode"), "require");
  EXPECT_EQ(configuration.database->session.size(), 1U);
  EXPECT_EQ(configuration.database->other_hosts.front().name, "h2");
  EXPECT_EQ(configuration.database->expected.database, "d");
  EXPECT_THAT(configuration.database->expected.schemas, ElementsAre("kestra", "public"));
  EXPECT_EQ(configuration.database->expected.server, "7");
  EXPECT_THAT(read_configuration("database: {url: 'mysql://h/d', expect: {schema: d}}")
                  .value()
                  .database->expected.schemas,
              ElementsAre("d"));
  EXPECT_EQ(read_configuration("database: {url: 'mysql://h/d', catalog: other}")
                .value()
                .database->database,
            "other");
  // As JDBC's drivers have it, and Kestra with them.
  EXPECT_EQ(read_configuration("database: {url: 'jdbc:mysql://u:url@h/d', password: beside}")
                .value()
                .database->password,
            "url");
}

TEST_F(ConfigurationTest, JsonHasTheSameKeys) {
  const auto configuration =
      read_configuration(
          R"({"database": {"url": "mysql:\/\/root@db/kestra"}, "storage": {"type": "none"}})")
          .value();
  EXPECT_EQ(configuration.database->engine, database::Engine::mysql);
  EXPECT_EQ(configuration.storage->kind, StorageKind::none);
}

TEST_F(ConfigurationTest, ReadsTenants) {
  EXPECT_THAT(read_configuration("policy: {tenant: null}").value().policy.tenants,
              ElementsAre(std::nullopt));
  EXPECT_THAT(read_configuration("policy: {tenant: [main, null, b]}").value().policy.tenants,
              ElementsAre("main", std::nullopt, "b"));
}

TEST_F(ConfigurationTest, TheHostMayKeepTheFiles) {
  EXPECT_EQ(read_configuration("storage: {type: host}").value().storage->kind, StorageKind::host);
}

// What a host inside of Kestra says of Kestra's own storage.
TEST_F(ConfigurationTest, KestrasStorageIsTakenWhereItsSettingsSuffice) {
  const auto read = [](const std::string& kestra) {
    return *read_configuration(
                "storage: {type: auto, hold-time: 700, allow-missing: true, kestra: " + kestra +
                "}")
                .value()
                .storage;
  };
  const auto local = read("{type: local, local: {base-path: /app/storage}}");
  EXPECT_EQ(local.kind, StorageKind::local);
  EXPECT_EQ(local.base_path, "/app/storage");
  EXPECT_TRUE(local.is_automatic);
  EXPECT_TRUE(local.allow_missing);
  EXPECT_EQ(local.hold_ms, 700);

  // Kestra has replaced placeholders already: what looks like one is the value itself.
  const auto s3 = read("{type: s3, s3: {bucket: b, accessKey: a, secretKey: '${NOT:me}'}}");
  EXPECT_EQ(s3.kind, StorageKind::s3);
  EXPECT_EQ(s3.s3.secret_key, "${NOT:me}");

  for (const auto& [kestra, why] :
       {std::pair{"{type: gcs, gcs: {bucket: b}}", "type \"gcs\""},
        std::pair{"{type: s3, s3: {bucket: b, access-key: a, secret-key: s, sts-role-arn: r}}",
                  "role"},
        std::pair{"{type: local, local: {base-path: data}}", "absolute"},
        std::pair{"{type: local}", "base-path is missing"},
        std::pair{"{}", "kestra.storage.type"}}) {
    const auto host = read(kestra);
    EXPECT_EQ(host.kind, StorageKind::host) << kestra;
    EXPECT_TRUE(host.is_automatic);
    EXPECT_THAT(host.why_host, HasSubstr(why));
  }
}

TEST_F(ConfigurationTest, ReadsAPasswordFromTheEnvironment) {
  set("WINNOW_TEST_PASSWORD", "from the environment");
  const auto configuration =
      read_configuration(
          "database: {url: 'postgresql://u@h/d', password: {env: WINNOW_TEST_PASSWORD}}")
          .value();
  EXPECT_EQ(configuration.database->password, "from the environment");
}

TEST_F(ConfigurationTest, ReadsAPasswordFromAFileWithoutItsLastLineBreak) {
  for (const auto& [text, password] :
       {std::pair{"secret\n", "secret"}, std::pair{"secret", "secret"},
        std::pair{"secret\r\n", "secret"}, std::pair{"se\ncret\n\n", "se\ncret\n"},
        std::pair{" secret ", " secret "}}) {
    const auto file = write("password", text);
    const auto configuration =
        read_configuration("database: {url: 'postgresql://u@h/d', password: {file: " + file + "}}")
            .value();
    EXPECT_EQ(configuration.database->password, password);
  }
}

struct Case {
  const char* text;
  const char* message;
};

class RefusedConfiguration : public testing::TestWithParam<Case> {};

TEST_P(RefusedConfiguration, SaysLineAndReason) {
  const auto configuration = read_configuration(GetParam().text);
  ASSERT_FALSE(configuration.has_value());
  EXPECT_EQ(configuration.error().kind, FailureKind::configuration);
  EXPECT_THAT(configuration.error().message, HasSubstr(GetParam().message));
  EXPECT_THAT(configuration.error().message, Not(HasSubstr("hunter2")));
}

INSTANTIATE_TEST_SUITE_P(
    Texts, RefusedConfiguration,
    testing::Values(
        Case{"# a comment\ndatabse: {url: x}\n",
             "configuration:2: /databse: is not known here (did you mean \"database\"?)"},
        Case{"database:\n  url: sqlite:/a\n  conections: 2\n",
             "configuration:3: /database/conections: is not known here (did you mean "
             "\"connections\"?)"},
        Case{"password: hunter2", "configuration:1: /password: is not known here"},
        Case{"- a", "configuration:1: expected an object"},
        Case{"postgresql://u:hunter2@h/d", "configuration:1: expected an object"},
        Case{"database: postgresql://u:hunter2@h/d", "/database: expected an object"},
        Case{"database: {url: [postgresql://u:hunter2@h/d]}", "/database/url"},
        Case{"database: {}", "/database/url: is required"},
        Case{"database: {url: ''}", "/database/url: expected a string that is not empty"},
        Case{"database: {url: 'oracle://u:hunter2@h/d'}",
             "configuration:1: /database/url: the database URL can't be used"},
        Case{"database: {url: 'postgresql://u:hunter2@h:port/d'}",
             "/database/url: the database URL can't be read"},
        Case{"database:\n  url: 'postgresql://h/d'\n  connection-init-sql: CALL "
             "prepare('hunter2')\n",
             "configuration:3: /database/connection-init-sql: has a statement that winnow can't "
             "honour in its own sessions: `CALL prepare ...`"},
        Case{"database: {url: 'mysql://h/d', schema: e}", "/database/schema: names the schema"},
        Case{"database: {url: 'mysql://h/d', properties: {socketFactory: hunter2}}",
             "/database/properties: the database URL has an option `socketFactory`"},
        Case{"database: {url: 'mysql://h/d', expect: {schem: d}}",
             "/database/expect/schem: is not known here (did you mean \"schema\"?)"},
        Case{"database: {url: 'postgresql://u:other@h/d', password: hunter2}",
             "/database/password: the URL has a password already"},
        Case{"database: {url: 'sqlite:/a', password: {evn: hunter2}}",
             "/database/password/evn: is not known here (did you mean \"env\"?)"},
        Case{"database: {url: 'sqlite:/a', password: 12345}",
             "/database/password: expected a string, an object with \"env\""},
        Case{"database: {url: 'sqlite:/a', password: {env: WINNOW_NOT_SET}}",
             "/database/password: the environment variable \"WINNOW_NOT_SET\" is not set"},
        Case{"database: {url: 'sqlite:/a', password: {file: /none/secret}}",
             "/database/password: the file \"/none/secret\" can't be read: No such file"},
        Case{"database: {url: 'sqlite:/a', password: {env: A, file: b}}",
             "/database/password: expected"},
        Case{"database: {url: 'sqlite:/a', connections: 0}",
             "/database/connections: expected an integer from 1 to 64, found the number 0"},
        Case{"database: {url: 'sqlite:/a', connections: 65}", "/database/connections"},
        Case{"database: {url: 'sqlite:/a', connections: two}", "/database/connections"},
        Case{"database: {url: 'sqlite:/a', keep-alive: 60}", "/database/keep-alive"},
        Case{"database: {url: 'sqlite:/a', keep-alive: PT0.5S}",
             "/database/keep-alive: is a time from PT1S to PT1H"},
        Case{"database: {url: 'sqlite:/a', keep-alive: P1D}",
             "/database/keep-alive: is a time from PT1S to PT1H"},
        Case{"database: {url: 'sqlite:/a', connect-timeout: 10s}",
             "/database/connect-timeout: expected an integer from 1 to 600000"},
        Case{"database: {url: 'sqlite:/a', lock-timeout: 0}", "/database/lock-timeout"},
        Case{"storage: local", "/storage: expected an object"},
        Case{"storage: {}", "/storage/type: is required"},
        Case{"storage: {type: s3}", "/storage/bucket: is required"},
        Case{"storage: {type: minio}", "/storage/bucket: is required"},
        Case{"storage: {type: minio, bucket: b}", "/storage/endpoint: is required for MinIO"},
        Case{"storage: {type: s3, bucket: a/b}", "/storage/bucket: \"a/b\" can't be the name"},
        Case{"storage: {type: s3, bucket: b, endpoint: 'h:9000', access-key: a, secret-key: b}",
             "/storage/endpoint: the storage has an endpoint that is not a URL"},
        Case{"storage: {type: s3, bucket: b, path: a/../b}", "/storage/path: has an empty part"},
        Case{"storage: {type: s3, bucket: b, access-key: a}", "/storage/secret-key: is missing"},
        Case{"storage: {type: s3, bucket: b, secret-key: {env: WINNOW_NOT_SET}}",
             "/storage/secret-key: the environment variable \"WINNOW_NOT_SET\" is not set"},
        Case{"storage: {type: s3, bucket: b, credentials-file: /none/file}",
             "/storage/credentials-file: the file \"/none/file\""},
        Case{"storage: {type: s3, bucket: b, ca-file: /none/ca.pem}", "/storage/ca-file: "},
        Case{"storage: {type: s3, bucket: b, requests: 0}", "/storage/requests: expected"},
        Case{"storage: {type: s3, bucket: b, base-path: /tmp}", "goes with type local only"},
        Case{"storage: {type: local, base-path: /tmp, bucket: b}",
             "/storage/bucket: goes with the types s3 and minio only"},
        Case{"storage: {type: none, hold-time: 500}", "/storage/hold-time: says nothing"},
        Case{"storage: {type: none, allow-missing: true}", "/storage/allow-missing: says nothing"},
        Case{"storage: {type: auto}", "/storage/kestra: is required"},
        Case{"storage: {type: host, kestra: {}}", "/storage/kestra: goes with type auto only"},
        Case{
            "storage: {type: minio, endpoint: 'http://h', bucket: b, access-key: a, secret-key: b, "
            "proxy: 'proxy:3128'}",
            "/storage/proxy: is not the URL of a proxy"},
        Case{"storage: {type: s3, bukcet: b}", "bucket"},
        Case{"storage: {type: gcs}",
             "/storage/type: expected one of \"local\", \"s3\", \"minio\", \"host\", \"auto\", "
             "\"none\", "
             "found the string \"gcs\""},
        Case{"storage: {type: local}", "/storage/base-path: is required"},
        Case{"storage: {type: local, base-path: ''}",
             "/storage/base-path: expected a string that is not empty"},
        Case{"storage: {type: local, base-path: /}", "/storage/base-path: can't be the root"},
        Case{"storage: {type: local, base-path: //}", "can't be the root"},
        Case{"storage: {type: local, base-path: /usr/..}", "can't be the root"},
        Case{"storage: {type: local, base-path: app/storage}", "has to be an absolute path"},
        Case{"storage: {type: local, base-path: /none/here}",
             "\"/none/here\" is no folder on this machine"},
        Case{"storage: {type: local, base-path: /etc/passwd}", "is no folder on this machine"},
        Case{"storage: {type: none, base-path: /tmp}",
             "/storage/base-path: goes with type local only"},
        Case{"storage: {type: local, basepath: /tmp}", "did you mean \"base-path\"?"},
        Case{"policy: {tenant: ''}", "/policy/tenant: expected"},
        Case{"policy: {tenant: []}", "/policy/tenant: expected"},
        Case{"policy: {tenant: [main, 1]}", "/policy/tenant/1: expected"},
        Case{"policy: {tenant: 5}", "/policy/tenant: expected"},
        Case{"policy: {allow: company}", "/policy/allow: expected a list"},
        Case{"policy: {allow: []}", "/policy/allow: expected a list of at least 1 element"},
        Case{"policy:\n  allow:\n    - a\n    - a.*.b\n",
             "configuration:4: /policy/allow/1: expected a namespace"},
        Case{"policy: {allow: ['*']}", "/policy/allow/0"},
        Case{"policy: {allow: [a*]}", "/policy/allow/0"},
        Case{"policy: {allow: [.a]}", "/policy/allow/0"},
        Case{"policy: {allow: [a.]}", "/policy/allow/0"},
        Case{"policy: {allow: [a..b]}", "/policy/allow/0"},
        Case{"policy: {allow: [a b]}", "/policy/allow/0"},
        Case{"policy: {allow: [a.***]}", "/policy/allow/0"},
        Case{"policy: {allow: [.**]}", "/policy/allow/0"},
        Case{
            "policy: {protect: [a.*]}",
            "/policy/protect/0: expected a namespace such as a.b, which protects all below it too"},
        Case{"policy: {protect: ['**']}", "/policy/protect/0"},
        Case{"policy: {protect: ['']}", "/policy/protect/0"},
        Case{"policy: {max-executions: 0}",
             "/policy/max-executions: expected an integer of at least 1"},
        Case{"policy: {max-executions: 1e6}", "/policy/max-executions"},
        Case{"policy: {allow-scan: yes}",
             "/policy/allow-scan: expected true or false, found the string \"yes\""},
        Case{"policy: {max_executions: 5}", "did you mean \"max-executions\"?"},
        Case{"manifests: /etc", "/manifests: expected a list"},
        Case{"manifests: ['']", "/manifests/0"}, Case{"kestra: 7", "/kestra: expected"},
        Case{"kestra: [1]", "/kestra"},
        Case{"kestra: {evn: A}", "/kestra/evn: is not known here (did you mean \"env\"?)"},
        Case{"kestra: /none/application.yml",
             "configuration:1: /kestra: the file \"/none/application.yml\" can't be read"},
        Case{"store-directory: /none/here",
             "/store-directory: \"/none/here\" is no folder on this machine"},
        Case{"storage: {type: none}\nstorage: {type: host}\n",
             "configuration:2: the key \"storage\" stands here twice"},
        Case{"database: {password: hunter2\n", "configuration:"},
        Case{"database: {password: *hunter2}\n", "this is not YAML"}));

TEST_F(ConfigurationTest, TakesEveryFormOfAnAllowedNamespace) {
  EXPECT_THAT(
      read_configuration("policy: {allow: [a, a.*, a.**, A_b-1.c, '**'], protect: [a, a.b, a.**]}")
          .value()
          .policy.allow,
      testing::SizeIs(5));
}

TEST_F(ConfigurationTest, RefusesASecretThatNoPasswordCanBe) {
  const auto nul = write("nul", std::string_view("hun\0ter2", 8));
  EXPECT_THAT(refusal("database: {url: 'sqlite:/a', password: {file: " + nul + "}}"),
              AllOf(HasSubstr("NUL byte"), Not(HasSubstr("hun"))));
  const auto large = write("large", std::string(70'000, 'x'));
  EXPECT_THAT(refusal("database: {url: 'sqlite:/a', password: {file: " + large + "}}"),
              HasSubstr("is larger than 65536 bytes"));
  EXPECT_THAT(refusal("database: {url: 'sqlite:/a', password: {file: " + folder() + "}}"),
              HasSubstr("Is a directory"));
}

TEST_F(ConfigurationTest, RefusesTextThatIsNotUtf8) {
  EXPECT_THAT(refusal("kestra: \xff"), HasSubstr("not UTF-8"));
}

}  // namespace
}  // namespace winnow::plugin
