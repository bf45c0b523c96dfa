// URLs as operators write them, in the native and the JDBC form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "database/url/settings.h"

namespace winnow::database {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

Settings read(std::string_view url) {
  auto settings = parse_url(url);
  EXPECT_TRUE(settings) << url << ": " << (settings ? "" : settings.error().message);
  return settings.value_or(Settings{});
}

Failure refused(std::string_view url) {
  const auto settings = parse_url(url);
  EXPECT_FALSE(settings) << url;
  if (settings) return {};
  EXPECT_EQ(settings.error().kind, FailureKind::configuration) << url;
  return settings.error();
}

TEST(Url, ReadsEveryPart) {
  const auto settings =
      read("postgresql://us%65r:p%40ss%3Aword@db.example:6432/my%20db?sslmode=require");
  EXPECT_EQ(settings.engine, Engine::postgresql);
  EXPECT_EQ(settings.user, "user");
  EXPECT_EQ(settings.password, "p@ss:word");
  EXPECT_EQ(settings.host, "db.example");
  EXPECT_EQ(settings.port, 6432);
  EXPECT_EQ(settings.database, "my db");
  EXPECT_EQ(settings.options.at("sslmode"), "require");
  EXPECT_EQ(settings.safe_name(), "postgresql://user@db.example:6432/my db");
}

TEST(Url, KnowsEveryScheme) {
  EXPECT_EQ(read("postgres://h/d").engine, Engine::postgresql);
  EXPECT_EQ(read("PostgreSQL://h/d").engine, Engine::postgresql);
  EXPECT_EQ(read("jdbc:postgresql://h/d").engine, Engine::postgresql);
  EXPECT_EQ(read("mysql://h/d").engine, Engine::mysql);
  EXPECT_EQ(read("mariadb://h/d").engine, Engine::mysql);
  EXPECT_EQ(read("jdbc:mysql://h/d").engine, Engine::mysql);
  EXPECT_EQ(read("jdbc:mariadb://h:3307/d").port, 3307);
  EXPECT_EQ(read("sqlite:x").engine, Engine::sqlite);
  EXPECT_EQ(read("jdbc:sqlite:x").engine, Engine::sqlite);
}

TEST(Url, LeavesWhatIsMissingToTheDriver) {
  const auto settings = read("postgresql:///kestra");
  EXPECT_THAT(settings.host, IsEmpty());
  EXPECT_EQ(settings.port, 0);
  EXPECT_EQ(settings.database, "kestra");
  EXPECT_THAT(read("mysql://host").database, IsEmpty());
}

TEST(Url, ReadsAnAddressInBrackets) {
  const auto settings = read("postgresql://u@[2001:db8::1]:5433/d");
  EXPECT_EQ(settings.host, "2001:db8::1");
  EXPECT_EQ(settings.port, 5433);
  EXPECT_EQ(settings.safe_name(), "postgresql://u@[2001:db8::1]:5433/d");
}

TEST(Url, TakesUserAndPasswordFromTheQueryAsJdbcHasThem) {
  const auto settings =
      read("jdbc:postgresql://h:5432/kestra?user=kestra&password=k3str4%26&currentSchema=app");
  EXPECT_EQ(settings.user, "kestra");
  EXPECT_EQ(settings.password, "k3str4&");
  EXPECT_EQ(settings.search_path, "app");
  EXPECT_THAT(settings.options, IsEmpty());
}

TEST(Url, ReadsAPlusAsItsDriverDoes) {
  EXPECT_EQ(read("jdbc:postgresql://h/d?password=a+b").password, "a b");
  EXPECT_EQ(read("postgresql://h/d?password=a+b").password, "a+b");
  EXPECT_EQ(read("jdbc:mysql://h/d?password=a+b").password, "a+b");
  EXPECT_EQ(read("postgresql://u:a+b@h/d").password, "a+b");
}

TEST(Url, TakesAPasswordWithAnAtSign) {
  const auto settings = read("postgresql://u:p@ss@h/d");
  EXPECT_EQ(settings.password, "p@ss");
  EXPECT_EQ(settings.host, "h");
}

struct FileCase {
  std::string url;
  std::string path;
};

TEST(Url, ReadsAFilesPath) {
  const std::vector<FileCase> cases = {{"sqlite:/abs/file.db", "/abs/file.db"},
                                       {"sqlite:rel/file.db", "rel/file.db"},
                                       {"sqlite:file.db", "file.db"},
                                       {"sqlite:///abs/file.db", "/abs/file.db"},
                                       {"jdbc:sqlite:/abs/file.db", "/abs/file.db"},
                                       {"jdbc:sqlite:rel.db", "rel.db"},
                                       {"sqlite:/with%20space.db", "/with space.db"},
                                       {"sqlite:/a@b.db", "/a@b.db"}};
  for (const auto& [url, path] : cases) EXPECT_EQ(read(url).database, path) << url;
  EXPECT_EQ(read("sqlite:/f?mode=rwc").options.at("mode"), "rwc");
  EXPECT_EQ(read("sqlite:/f").safe_name(), "sqlite:/f");
}

TEST(Url, RefusesAFileOnAHost) {
  EXPECT_THAT(refused("sqlite://host/file.db").message, HasSubstr("SQLite has no host"));
  EXPECT_THAT(refused("sqlite://host").message, HasSubstr("SQLite has no host"));
}

TEST(Url, RefusesWhatItCannotRead) {
  for (const auto* url : {"",
                          "kestra",
                          "postgresql",
                          "postgresql:",
                          "postgresql:h/d",
                          "http://h/d",
                          "jdbc:",
                          "jdbc:h2:mem:x",
                          "jdbc:oracle:thin:@h",
                          "jdbc:postgres://h/d",
                          "postgresql://h:port/d",
                          "postgresql://h:0/d",
                          "postgresql://h:65536/d",
                          "postgresql://h:99999999999/d",
                          "postgresql://h:-1/d",
                          "postgresql://a,/d",
                          "postgresql://a,b:0/d",
                          "jdbc:mysql://(host=a,port=1)/d",
                          "jdbc:mysql://address=(host=a)(port=1)/d",
                          "postgresql://h/d?host=a,b",
                          "jdbc:aws-wrapper:postgresql://h/d",
                          "jdbc:postgresql://h/d?targetServerType=best",
                          "postgresql://[::1/d",
                          "postgresql://[::1]x/d",
                          "postgresql://h/d%2",
                          "postgresql://h/d%zz",
                          "postgresql://h/d%00",
                          "postgresql://h/a/b",
                          "sqlite:",
                          "sqlite:///",
                          "sqlite::memory:",
                          "sqlite:f?mode=memory",
                          "sqlite:f?cache=shared",
                          "postgresql://h/d?sslmode=maybe",
                          "jdbc:postgresql://h/d?ssl=perhaps",
                          "jdbc:postgresql://h/d?sslfactory=com.example.Mine",
                          "jdbc:postgresql://h/d?gssEncMode=require",
                          "jdbc:mysql://h/d?sslMode=maybe",
                          "jdbc:mysql://h/d?useSSL=perhaps",
                          "postgresql://h/d?connect_timeout=soon",
                          "postgresql://h/d?connect_timeout=-1"}) {
    EXPECT_THAT(refused(url).message, HasSubstr("database URL")) << url;
  }
}

TEST(Url, RefusesAnUnknownOptionByName) {
  EXPECT_THAT(refused("postgresql://h/d?sslmod=require").message, HasSubstr("`sslmod`"));
  EXPECT_THAT(refused("jdbc:mysql://h/d?useUnicode=true&useSLL=true").message,
              HasSubstr("`useSLL`"));
  EXPECT_THAT(refused("sqlite:f?sslmode=require").message, HasSubstr("`sslmode`"));
  EXPECT_THAT(refused("postgresql://h/d?options=-B%20100").message, HasSubstr("`options`"));
  EXPECT_THAT(refused("jdbc:mysql://h/d?trustCertificateKeyStoreUrl=file:x").message,
              HasSubstr("PEM"));
}

// Every name is in the documentation of pgJDBC 42.7, Connector/J 9 or MariaDB's driver 3.
constexpr const char* kPostgresNames[] = {"ApplicationName",
                                          "reWriteBatchedInserts",
                                          "prepareThreshold",
                                          "preparedStatementCacheQueries",
                                          "preparedStatementCacheSizeMiB",
                                          "defaultRowFetchSize",
                                          "adaptiveFetch",
                                          "adaptiveFetchMinimum",
                                          "adaptiveFetchMaximum",
                                          "maxResultBuffer",
                                          "binaryTransfer",
                                          "binaryTransferEnable",
                                          "binaryTransferDisable",
                                          "stringtype",
                                          "tcpKeepAlive",
                                          "tcpNoDelay",
                                          "socketTimeout",
                                          "cancelSignalTimeout",
                                          "loggerLevel",
                                          "loggerFile",
                                          "logUnclosedConnections",
                                          "logServerErrorDetail",
                                          "autosave",
                                          "cleanupSavepoints",
                                          "preferQueryMode",
                                          "assumeMinServerVersion",
                                          "allowEncodingChanges",
                                          "client_encoding",
                                          "charSet",
                                          "disableColumnSanitiser",
                                          "escapeSyntaxCallMode",
                                          "databaseMetadataCacheFields",
                                          "databaseMetadataCacheFieldsMiB",
                                          "groupStartupParameters",
                                          "loadBalanceHosts",
                                          "hostRecheckSeconds",
                                          "readOnly",
                                          "readOnlyMode",
                                          "quoteReturningIdentifiers",
                                          "hideUnprivilegedObjects",
                                          "replication",
                                          "unknownLength",
                                          "xmlFactoryFactory",
                                          "queryTimeout",
                                          "receiveBufferSize",
                                          "sendBufferSize",
                                          "maxSendBufferSize",
                                          "sslResponseTimeout"};
constexpr const char* kMysqlNames[] = {"useUnicode",
                                       "characterEncoding",
                                       "characterSetResults",
                                       "connectionCollation",
                                       "serverTimezone",
                                       "connectionTimeZone",
                                       "forceConnectionTimeZoneToSession",
                                       "preserveInstants",
                                       "useTimezone",
                                       "useLegacyDatetimeCode",
                                       "useJDBCCompliantTimezoneShift",
                                       "rewriteBatchedStatements",
                                       "useBulkStmts",
                                       "allowPublicKeyRetrieval",
                                       "useServerPrepStmts",
                                       "cachePrepStmts",
                                       "prepStmtCacheSize",
                                       "prepStmtCacheSqlLimit",
                                       "useLocalSessionState",
                                       "useLocalTransactionState",
                                       "maintainTimeStats",
                                       "cacheServerConfiguration",
                                       "cacheResultSetMetadata",
                                       "elideSetAutoCommits",
                                       "autoReconnect",
                                       "maxReconnects",
                                       "initialTimeout",
                                       "failOverReadOnly",
                                       "socketTimeout",
                                       "tcpKeepAlive",
                                       "zeroDateTimeBehavior",
                                       "allowMultiQueries",
                                       "useCursorFetch",
                                       "defaultFetchSize",
                                       "tinyInt1isBit",
                                       "transformedBitIsBoolean",
                                       "nullCatalogMeansCurrent",
                                       "nullDatabaseMeansCurrent",
                                       "createDatabaseIfNotExist",
                                       "noAccessToProcedureBodies",
                                       "useAffectedRows",
                                       "useCompression",
                                       "permitMysqlScheme",
                                       "useInformationSchema",
                                       "sessionVariables",
                                       "allowLoadLocalInfile",
                                       "allowLoadLocalInfileInPath",
                                       "allowUrlInLocalInfile",
                                       "allowLocalInfile",
                                       "profileSQL",
                                       "useReadAheadInput",
                                       "useUsageAdvisor",
                                       "dumpQueriesOnException",
                                       "logger",
                                       "maxAllowedPacket",
                                       "passwordCharacterEncoding",
                                       "defaultAuthenticationPlugin",
                                       "databaseTerm",
                                       "useColumnNamesInFindColumn",
                                       "connectionAttributes",
                                       "connectionLifecycleInterceptors",
                                       "queryInterceptors",
                                       "largeRowSizeThreshold",
                                       "loadBalanceStrategy",
                                       "readFromSourceWhenNoReplicas",
                                       "retriesAllDown",
                                       "secondsBeforeRetrySource",
                                       "queriesBeforeRetrySource",
                                       "roundRobinLoadBalance",
                                       "tcpRcvBuf",
                                       "useStreamLengthsInPrepStmts",
                                       "useOldAliasMetadataBehavior",
                                       "yearIsDateType",
                                       "enableQueryTimeouts",
                                       "netTimeoutForStreamingResults",
                                       "paranoid",
                                       "timezone",
                                       "transactionReplay",
                                       "useMysqlMetadata",
                                       "galeraAllowedState"};

TEST(Url, ReadsPastWhatOnlyAJdbcDriverNeeds) {
  for (const auto* name : kPostgresNames) {
    const auto settings = read(std::string("jdbc:postgresql://h/d?") + name + "=0");
    EXPECT_THAT(settings.options, IsEmpty()) << name;
    EXPECT_THAT(settings.session, IsEmpty()) << name;
  }
  for (const auto* name : kMysqlNames) {
    EXPECT_THAT(read(std::string("jdbc:mysql://h/d?") + name + "=0").options, IsEmpty()) << name;
    EXPECT_THAT(read(std::string("jdbc:mariadb://h/d?") + name + "=0").options, IsEmpty()) << name;
  }
  // The drivers' own defaults, written out.
  EXPECT_TRUE(parse_url("jdbc:postgresql://h/d?sslNegotiation=postgres&gssResponseTimeout=3"));
  EXPECT_TRUE(parse_url("jdbc:mysql://h/d?dnsSrv=false"));
  EXPECT_FALSE(parse_url("jdbc:mysql://h/d?dnsSrv=true"));
  // Connector/J accepts its names in any case.
  EXPECT_EQ(read("jdbc:mysql://h/d?sslmode=VERIFY_CA").options.at("ssl-mode"), "VERIFY_CA");
  EXPECT_EQ(read("jdbc:mysql://h/d?User=kestra").user, "kestra");
  EXPECT_EQ(read("jdbc:mysql://h/d?PASSWORD=p").password, "p");
  EXPECT_EQ(read("jdbc:mysql://h/d?connecttimeout=3000").connect_timeout_ms, 3'000);
  // As people carry them over.
  EXPECT_THAT(read("mysql://h/d?useUnicode=true").options, IsEmpty());
  EXPECT_THAT(read("postgresql://h/d?ApplicationName=kestra").options, IsEmpty());
}

TEST(Url, RefusesWhatDecidesWhoIsReachedOrBelieved) {
  for (const auto* name :
       {"socketFactory", "socketFactoryArg", "cloudSqlInstance", "sslhostnameverifier",
        "sslpasswordcallback", "sslfactoryarg", "sslNegotiation", "authenticationPluginClassName",
        "jaasApplicationName", "jaasLogin", "gsslib", "sspiServiceClass", "useSpnego",
        "localSocketAddress", "service", "PGHOST", "PGPORT", "PGDBNAME"}) {
    EXPECT_THAT(refused(std::string("jdbc:postgresql://h/d?") + name + "=x").message,
                AllOf(HasSubstr("`" + std::string(name) + "`"), HasSubstr("winnow.database.url")));
  }
  for (const auto* name : {"trustCertificateKeyStoreUrl",
                           "trustCertificateKeyStorePassword",
                           "clientCertificateKeyStoreUrl",
                           "keyStore",
                           "trustStore",
                           "serverRSAPublicKeyFile",
                           "authenticationPlugins",
                           "disabledAuthenticationPlugins",
                           "ldapServerHostname",
                           "socksProxyHost",
                           "socksProxyPort",
                           "socketFactory",
                           "password2",
                           "enabledSSLCipherSuites",
                           "propertiesTransform",
                           "initSql",
                           "tlsCiphersuites",
                           "dnsSrv",
                           "credentialType",
                           "pipeAuth",
                           "requireX"}) {
    EXPECT_THAT(refused(std::string("jdbc:mysql://h/d?") + name + "=x").message,
                HasSubstr("`" + std::string(name) + "`"));
  }
}

TEST(Url, ATypingErrorInATlsOptionIsNoUnknownOption) {
  for (const auto* url :
       {"jdbc:mysql://h/d?useSLL=true", "jdbc:postgresql://h/d?sslmod=require",
        "jdbc:mysql://h/d?sllMode=REQUIRED", "jdbc:postgresql://h/d?ssslmode=x"}) {
    EXPECT_THAT(refused(url).message, HasSubstr("did you mean")) << url;
  }
}

std::vector<std::string> hosts_of(std::string_view url) {
  const auto settings = read(url);
  std::vector<std::string> hosts = {settings.host + ":" + std::to_string(settings.port)};
  for (const auto& host : settings.other_hosts) {
    hosts.push_back(host.name + ":" + std::to_string(host.port));
  }
  return hosts;
}

TEST(Url, ReadsSeveralHosts) {
  EXPECT_THAT(hosts_of("jdbc:postgresql://h1:5432,h2:5433/kestra?targetServerType=primary"),
              ElementsAre("h1:5432", "h2:5433"));
  EXPECT_THAT(hosts_of("jdbc:mysql://h1,h2/kestra"), ElementsAre("h1:0", "h2:0"));
  EXPECT_THAT(hosts_of("postgresql://u:p@[::1]:1,[::2]/d"), ElementsAre("::1:1", "::2:0"));
  for (const char* zone : {"%25eth0", "%eth0"}) {
    EXPECT_THAT(hosts_of("postgresql://[fe80::1" + std::string(zone) + "]:1/d"),
                ElementsAre("fe80::1%eth0:1"));
  }
  for (const auto* mode : {"replication", "loadbalance", "sequential", "aurora"}) {
    EXPECT_THAT(hosts_of("jdbc:mysql:" + std::string(mode) + "://a:1,b:2/d"),
                ElementsAre("a:1", "b:2"));
  }
  EXPECT_EQ(read("postgresql://u@h1:1,h2/d").safe_name(), "postgresql://u@h1:1,h2/d");
}

TEST(Url, ReadsWhichOfSeveralHostsIsMeant) {
  for (const auto& [option, target] :
       {std::pair{"targetServerType=primary", Target::primary},
        std::pair{"targetServerType=master", Target::primary},
        std::pair{"target_session_attrs=read-write", Target::primary},
        std::pair{"target_session_attrs=standby", Target::standby},
        std::pair{"targetServerType=secondary", Target::standby},
        std::pair{"targetServerType=preferSecondary", Target::prefer_standby},
        std::pair{"targetServerType=preferPrimary", Target::prefer_primary},
        std::pair{"targetServerType=any", Target::any}}) {
    EXPECT_EQ(read("jdbc:postgresql://a,b/d?" + std::string(option)).target, target) << option;
  }
}

// libpq would refuse them in the midst of a log-in, as if the server were away.
TEST(Url, RefusesAValueThatNoDriverTakes) {
  for (const auto& [option, expected] :
       {std::pair{"sslmode=x", "verify-full"}, std::pair{"channel_binding=x", "prefer or require"},
        std::pair{"ssl_min_protocol_version=TLS1.2", "TLSv1.2"},
        std::pair{"keepalives=on", "a number"}, std::pair{"keepalives_idle=5s", "a number"},
        std::pair{"gssencmode=require", "GSSAPI"}}) {
    EXPECT_THAT(refused("postgresql://h/d?" + std::string(option)).message, HasSubstr(expected))
        << option;
  }
  EXPECT_THAT(refused("jdbc:mysql://h/d?useSSL=x").message, HasSubstr("true or false"));
}

TEST(Url, ReadsValuesAsTheJdbcDriversDo) {
  const auto options = read(
                           "jdbc:postgresql://h/d?sslmode=Require&channelBinding=Disable&"
                           "ssl_min_protocol_version=TLSv1.3&gssEncMode=allow")
                           .options;
  EXPECT_THAT(options, testing::UnorderedElementsAre(Pair("sslmode", "require"),
                                                     Pair("channel_binding", "disable"),
                                                     Pair("ssl_min_protocol_version", "tlsv1.3")));
  EXPECT_EQ(read("jdbc:mysql://h/d?useSSL=no").options.at("ssl-mode"), "DISABLED");
  EXPECT_EQ(read("jdbc:mysql://h/d?useSSL=YES&requireSSL=yes").options.at("ssl-mode"), "REQUIRED");
}

TEST(Url, AReadOnlyConnectionIsOne) {
  EXPECT_THAT(read("jdbc:postgresql://h/d?readOnly=true").session,
              ElementsAre(Pair("transaction_read_only", "on")));
  EXPECT_THAT(read("jdbc:postgresql://h/d?readOnly=false").session, IsEmpty());
}

struct TlsCase {
  std::string url;
  std::string option;
  std::string value;
};

TEST(Url, TurnsTlsOptionsIntoTheDriversOwn) {
  const std::vector<TlsCase> cases = {
      {"postgresql://h/d?sslmode=verify-ca&sslrootcert=/ca", "sslrootcert", "/ca"},
      {"jdbc:postgresql://h/d?ssl=true", "sslmode", "verify-full"},
      {"jdbc:postgresql://h/d?ssl", "sslmode", "verify-full"},
      {"jdbc:postgresql://h/d?ssl=true&sslmode=require", "sslmode", "require"},
      {"jdbc:postgresql://h/d?sslmode=prefer&ssl=true", "sslmode", "prefer"},
      {"jdbc:postgresql://h/d?ssl=true&sslfactory=org.postgresql.ssl.NonValidatingFactory",
       "sslmode", "require"},
      {"jdbc:postgresql://h/d?channelBinding=require", "channel_binding", "require"},
      {"mysql://h/d?ssl-mode=VERIFY_CA&ssl-ca=/ca", "ssl-ca", "/ca"},
      {"mysql://h/d?ssl-mode=verify_ca", "ssl-mode", "VERIFY_CA"},
      {"jdbc:mysql://h/d?sslMode=VERIFY_IDENTITY", "ssl-mode", "VERIFY_IDENTITY"},
      {"jdbc:mysql://h/d?sslMode=REQUIRED&useSSL=false", "ssl-mode", "REQUIRED"},
      {"jdbc:mysql://h/d?useSSL=false", "ssl-mode", "DISABLED"},
      {"jdbc:mysql://h/d?useSSL=true", "ssl-mode", "PREFERRED"},
      {"jdbc:mysql://h/d?useSSL=true&requireSSL=true", "ssl-mode", "REQUIRED"},
      {"jdbc:mysql://h/d?useSSL=true&requireSSL=true&verifyServerCertificate=true", "ssl-mode",
       "VERIFY_CA"},
      {"jdbc:mariadb://h/d?sslMode=trust", "ssl-mode", "REQUIRED"},
      {"jdbc:mariadb://h/d?sslMode=verify-full&serverSslCert=/ca.pem", "ssl-ca", "/ca.pem"},
      {"jdbc:mysql://h/d?enabledTLSProtocols=TLSv1.3", "tls-version", "TLSv1.3"}};
  for (const auto& [url, option, value] : cases) {
    const auto settings = read(url);
    EXPECT_EQ(settings.options.count(option) == 1 ? settings.options.at(option) : "", value) << url;
    EXPECT_EQ(settings.options.count("ssl") + settings.options.count("useSSL"), 0U) << url;
  }
  EXPECT_THAT(read("jdbc:postgresql://h/d?ssl=false").options, IsEmpty());
}

TEST(Url, ReadsTimeoutsInTheirDriversUnit) {
  EXPECT_EQ(read("postgresql://h/d?connect_timeout=3").connect_timeout_ms, 3'000);
  EXPECT_EQ(read("jdbc:postgresql://h/d?connectTimeout=3").connect_timeout_ms, 3'000);
  EXPECT_EQ(read("jdbc:mysql://h/d?connectTimeout=3000").connect_timeout_ms, 3'000);
  EXPECT_EQ(read("postgresql://h/d?connect_timeout=0").connect_timeout_ms,
            Settings{}.connect_timeout_ms);
}

// However a password is mistyped into a URL, no piece of it is printed.
TEST(Url, NeverPrintsAPassword) {
  for (const auto* url : {"postgresql://u:SECRET@h:port/d",
                          "postgresql://u:SECRET@h/d?nope=1",
                          "postgresql://u:x/SECRET@h/d",
                          "postgresql://u:12/SECRET@h/d",
                          "postgresql://u:x?SECRET@h/d",
                          "postgresql://u:12?SECRET@h/d",
                          "postgresql://u:12?SECRET&x=y@h/d",
                          "postgresql://u:x%SECRET@h/d",
                          "postgresql://h/d?password=SECRET&x=1",
                          "postgresql://h/d?password=%SECRET",
                          "ftp://u:SECRET@h/d",
                          "u:SECRET@h/d",
                          "SECRET",
                          "postgresql:u:SECRET@h/d",
                          "jdbc:mysql://u:SECRET@h,/d",
                          "sqlite://u:SECRET@h/f",
                          "postgresql://u:SECRET@[::1/d",
                          "postgresql://h/d?pass SECRET=1",
                          "postgresql://h/d?passwort=SECRET",
                          "postgresql://h/d?sslmode=SECRET",
                          "postgresql://h/d?connect_timeout=SECRET"}) {
    EXPECT_THAT(refused(url).message, Not(HasSubstr("SECRET"))) << url;
  }
  EXPECT_THAT(read("postgresql://u:SECRET@h/d?sslpassword=SECRET").safe_name(),
              Not(HasSubstr("SECRET")));
}

}  // namespace
}  // namespace winnow::database
