#include "database/url/options.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <span>
#include <string_view>

namespace winnow::database {
namespace {

struct Renamed {
  std::string_view name;    // in the URL
  std::string_view option;  // in Settings::options
};

// What libpq knows itself; the JDBC driver's spelling beside it where it has one of its own.
constexpr std::array kPostgresPassed = {
    Renamed{"sslmode", "sslmode"},
    Renamed{"sslrootcert", "sslrootcert"},
    Renamed{"sslcert", "sslcert"},
    Renamed{"sslkey", "sslkey"},
    Renamed{"sslpassword", "sslpassword"},
    Renamed{"sslcrl", "sslcrl"},
    Renamed{"sslcrldir", "sslcrldir"},
    Renamed{"sslsni", "sslsni"},
    Renamed{"ssl_min_protocol_version", "ssl_min_protocol_version"},
    Renamed{"ssl_max_protocol_version", "ssl_max_protocol_version"},
    Renamed{"channel_binding", "channel_binding"},
    Renamed{"channelBinding", "channel_binding"},
    Renamed{"gssencmode", "gssencmode"},
    Renamed{"gssEncMode", "gssencmode"},
    Renamed{"krbsrvname", "krbsrvname"},
    Renamed{"kerberosServerName", "krbsrvname"},
    Renamed{"passfile", "passfile"},
    Renamed{"keepalives", "keepalives"},
    Renamed{"keepalives_idle", "keepalives_idle"},
    Renamed{"keepalives_interval", "keepalives_interval"},
    Renamed{"keepalives_count", "keepalives_count"},
    Renamed{"target_session_attrs", "target_session_attrs"},
    // Flags that finish_options() turns into sslmode.
    Renamed{"ssl", "ssl"},
    Renamed{"sslfactory", "sslfactory"},
};

// The names are those of the mysql client's options; Connector/J's and MariaDB's spellings lead to
// them.
constexpr std::array kMysqlPassed = {
    Renamed{"ssl-mode", "ssl-mode"},
    Renamed{"sslMode", "ssl-mode"},
    Renamed{"ssl-ca", "ssl-ca"},
    Renamed{"serverSslCert", "ssl-ca"},
    Renamed{"ssl-capath", "ssl-capath"},
    Renamed{"ssl-cert", "ssl-cert"},
    Renamed{"ssl-key", "ssl-key"},
    Renamed{"ssl-cipher", "ssl-cipher"},
    Renamed{"ssl-crl", "ssl-crl"},
    Renamed{"tls-version", "tls-version"},
    Renamed{"tlsVersions", "tls-version"},
    Renamed{"enabledTLSProtocols", "tls-version"},
    Renamed{"enabledSslProtocolSuites", "tls-version"},
    Renamed{"socket", "socket"},
    Renamed{"localSocket", "socket"},
    // Flags that finish_options() turns into ssl-mode.
    Renamed{"useSSL", "useSSL"},
    Renamed{"useSsl", "useSSL"},
    Renamed{"requireSSL", "requireSSL"},
    Renamed{"verifyServerCertificate", "verifyServerCertificate"},
};

constexpr std::array kSqlitePassed = {Renamed{"mode", "mode"}};

// Settings of the JDBC drivers (pools, statement caches, time zones, text encodings, logs) that
// have no meaning for a client that sends UTF-8 and UTC and reads the catalog itself.
constexpr std::array<std::string_view, 37> kPostgresDropped = {"ApplicationName",
                                                               "application_name",
                                                               "fallback_application_name",
                                                               "reWriteBatchedInserts",
                                                               "rewriteBatchedStatements",
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
                                                               "groupStartupParameters"};

constexpr std::array<std::string_view, 43> kMysqlDropped = {"useUnicode",
                                                            "characterEncoding",
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
                                                            "useInformationSchema"};

struct Tables {
  std::span<const Renamed> passed;
  std::span<const std::string_view> dropped;
};

Tables tables_of(Engine engine) {
  switch (engine) {
    case Engine::postgresql:
      return {kPostgresPassed, kPostgresDropped};
    case Engine::mysql:
      return {kMysqlPassed, kMysqlDropped};
    case Engine::sqlite:
      break;
  }
  return {kSqlitePassed, {}};
}

tl::unexpected<Failure> bad_value(const std::string& name, std::string_view expected) {
  return fail(FailureKind::configuration, "the database URL's option `" + name +
                                              "` can't be used: expected " + std::string(expected));
}

Outcome<void> apply_timeout(Settings& settings, const std::string& name, const std::string& value,
                            std::int32_t unit_ms) {
  std::int32_t number = 0;
  const auto* end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, number);
  if (error != std::errc() || stop != end || number < 0 || number > 86'400'000 / unit_ms) {
    return bad_value(name, "a number");
  }
  // 0 means "wait for ever" to the drivers; winnow always has a limit and keeps its own.
  if (number > 0) settings.connect_timeout_ms = number * unit_ms;
  return {};
}

// Options that become a field of the settings; nothing when it is none of those.
std::optional<Outcome<void>> apply_field(Settings& settings, const std::string& name,
                                         const std::string& value) {
  if (settings.engine == Engine::sqlite) return std::nullopt;
  const bool postgres = settings.engine == Engine::postgresql;
  if (name == "user") {
    settings.user = value;
  } else if (name == "password") {
    settings.password = value;
  } else if (name == "host" && postgres) {
    settings.host = value;
  } else if (name == "dbname" && postgres) {
    settings.database = value;
  } else if (name == "currentSchema" && postgres) {
    settings.schema = value;
  } else if (name == "connect_timeout" || (postgres && name == "connectTimeout") ||
             (postgres && name == "loginTimeout")) {
    return apply_timeout(settings, name, value, 1'000);
  } else if (name == "connectTimeout") {
    return apply_timeout(settings, name, value, 1);
  } else {
    return std::nullopt;
  }
  return Outcome<void>{};
}

std::string hint_for(std::string_view name) {
  if (name == "options") {
    return "; winnow sets nothing in a session, so that it works through a pooler; use "
           "currentSchema for a schema";
  }
  if (name.find("KeyStore") != std::string_view::npos ||
      name.find("keyStore") != std::string_view::npos ||
      name.find("trustStore") != std::string_view::npos) {
    return "; a Java key store can't be read here, give PEM files by ssl-ca, ssl-cert and ssl-key";
  }
  return ", or remove it";
}

bool is_true(const std::string& value) {
  return value == "true" || value == "TRUE" || value == "1";
}
bool is_false(const std::string& value) {
  return value == "false" || value == "FALSE" || value == "0";
}

std::optional<std::string> take(Settings& settings, const std::string& name) {
  const auto found = settings.options.find(name);
  if (found == settings.options.end()) return std::nullopt;
  auto value = std::move(found->second);
  settings.options.erase(found);
  return value;
}

Outcome<void> finish_postgres(Settings& settings) {
  const auto ssl = take(settings, "ssl");
  const auto factory = take(settings, "sslfactory");
  // An empty value means true to the JDBC driver.
  const bool wanted = ssl && (ssl->empty() || is_true(*ssl));
  if (ssl && !wanted && !is_false(*ssl)) return bad_value("ssl", "true or false");
  const bool unchecked = factory == "org.postgresql.ssl.NonValidatingFactory";
  if (factory && !unchecked && *factory != "org.postgresql.ssl.LibPQFactory") {
    return bad_value("sslfactory", "a factory that is not a Java class of its own; use sslmode");
  }
  if (wanted && !settings.options.contains("sslmode")) {
    settings.options["sslmode"] = unchecked ? "require" : "verify-full";
  }
  constexpr std::array<std::string_view, 6> kModes = {"disable", "allow",     "prefer",
                                                      "require", "verify-ca", "verify-full"};
  const auto mode = settings.options.find("sslmode");
  if (mode != settings.options.end() &&
      std::find(kModes.begin(), kModes.end(), mode->second) == kModes.end()) {
    return bad_value("sslmode", "disable, allow, prefer, require, verify-ca or verify-full");
  }
  return {};
}

std::optional<std::string> mysql_mode(std::string_view text) {
  constexpr std::array kModes = {Renamed{"disable", "DISABLED"},
                                 Renamed{"disabled", "DISABLED"},
                                 Renamed{"preferred", "PREFERRED"},
                                 Renamed{"trust", "REQUIRED"},
                                 Renamed{"required", "REQUIRED"},
                                 Renamed{"verify-ca", "VERIFY_CA"},
                                 Renamed{"verify_ca", "VERIFY_CA"},
                                 Renamed{"verify-full", "VERIFY_IDENTITY"},
                                 Renamed{"verify_identity", "VERIFY_IDENTITY"}};
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char character) {
    return character >= 'A' && character <= 'Z' ? static_cast<char>(character + 32) : character;
  });
  for (const auto& [name, mode] : kModes) {
    if (name == lower) return std::string(mode);
  }
  return std::nullopt;
}

Outcome<void> finish_mysql(Settings& settings) {
  const auto use = take(settings, "useSSL");
  const auto require = take(settings, "requireSSL");
  const auto verify = take(settings, "verifyServerCertificate");
  for (const auto& [name, flag] : {std::pair{"useSSL", &use}, std::pair{"requireSSL", &require},
                                   std::pair{"verifyServerCertificate", &verify}}) {
    if (*flag && !is_true(**flag) && !is_false(**flag)) return bad_value(name, "true or false");
  }
  const auto given = settings.options.find("ssl-mode");
  if (given != settings.options.end()) {
    const auto mode = mysql_mode(given->second);
    if (!mode) {
      return bad_value("ssl-mode", "DISABLED, PREFERRED, REQUIRED, VERIFY_CA or VERIFY_IDENTITY");
    }
    given->second = *mode;
    return {};
  }
  if (use && is_false(*use)) {
    settings.options["ssl-mode"] = "DISABLED";
  } else if (verify && is_true(*verify)) {
    settings.options["ssl-mode"] = "VERIFY_CA";
  } else if (require && is_true(*require)) {
    settings.options["ssl-mode"] = "REQUIRED";
  } else if (use || require) {
    settings.options["ssl-mode"] = "PREFERRED";
  }
  return {};
}

Outcome<void> finish_sqlite(Settings& settings) {
  const auto mode = settings.options.find("mode");
  if (mode == settings.options.end()) return {};
  if (mode->second == "ro" || mode->second == "rw" || mode->second == "rwc") return {};
  return bad_value("mode", "ro, rw or rwc");
}

}  // namespace

Outcome<void> apply_option(Settings& settings, const std::string& name, const std::string& value) {
  if (auto applied = apply_field(settings, name, value)) return std::move(*applied);
  const auto [passed, dropped] = tables_of(settings.engine);
  for (const auto& [known, option] : passed) {
    if (known != name) continue;
    settings.options[std::string(option)] = value;
    return {};
  }
  if (std::find(dropped.begin(), dropped.end(), name) != dropped.end()) return {};
  return fail(FailureKind::configuration, "the database URL has an option `" + name +
                                              "` that winnow does not know: check its spelling" +
                                              hint_for(name));
}

Outcome<void> finish_options(Settings& settings) {
  switch (settings.engine) {
    case Engine::postgresql:
      return finish_postgres(settings);
    case Engine::mysql:
      return finish_mysql(settings);
    case Engine::sqlite:
      break;
  }
  return finish_sqlite(settings);
}

}  // namespace winnow::database
