#include "database/url/options.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <span>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

#include "database/url/session_sql.h"
#include "document/nearest.h"
#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

struct Renamed {
  std::string_view name;    // in the URL
  std::string_view option;  // in Settings::options, or its value
};

// The options of libpq, with the JDBC driver's spelling where it has one of its own.
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
    Renamed{"require_auth", "require_auth"},
    Renamed{"requireAuth", "require_auth"},
    Renamed{"gssencmode", "gssencmode"},
    Renamed{"gssEncMode", "gssencmode"},
    Renamed{"krbsrvname", "krbsrvname"},
    Renamed{"kerberosServerName", "krbsrvname"},
    Renamed{"passfile", "passfile"},
    Renamed{"keepalives", "keepalives"},
    Renamed{"keepalives_idle", "keepalives_idle"},
    Renamed{"keepalives_interval", "keepalives_interval"},
    Renamed{"keepalives_count", "keepalives_count"},
    // finish_options() turns the rest into something else.
    Renamed{"ssl", "ssl"},
    Renamed{"sslfactory", "sslfactory"},
    Renamed{"options", "options"},
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
    // finish_options() turns the rest into something else.
    Renamed{"useSSL", "useSSL"},
    Renamed{"requireSSL", "requireSSL"},
    Renamed{"verifyServerCertificate", "verifyServerCertificate"},
};

constexpr std::array kSqlitePassed = {Renamed{"mode", "mode"}};

// What libpq's and mysql's own options say that has no meaning for a client that sends UTF-8 and
// goes through its hosts in their order.
constexpr std::array<std::string_view, 4> kOfNoMeaning = {
    "application_name", "fallback_application_name", "client_encoding", "load_balance_hosts"};

// Of security by a word of their names only.
constexpr std::array<std::string_view, 11> kHarmless = {"socketTimeout",
                                                        "loadBalanceHosts",
                                                        "hostRecheckSeconds",
                                                        "loadBalanceHostRemovalGracePeriod",
                                                        "allowPublicKeyRetrieval",
                                                        "passwordCharacterEncoding",
                                                        "defaultAuthenticationPlugin",
                                                        "fallbackToSystemTrustStore",
                                                        "fallbackToSystemKeyStore",
                                                        "sslResponseTimeout",
                                                        "gssResponseTimeout"};

// Harmless by their value: what the driver does without them too.
constexpr std::array kDefaults = {Renamed{"dnsSrv", "false"}, Renamed{"sslNegotiation", "postgres"},
                                  Renamed{"disableSslHostnameVerification", "false"}};

// What a word of an option's name begins with where the option touches security.
constexpr std::array kSecurity = std::to_array<std::string_view>(
    {"ssl",     "tls",   "cert",    "trust", "key",    "rsa",    "verif",
     "require", "auth",  "credent", "krb",   "gss",    "sspi",   "jaas",
     "spneg",   "kerb",  "host",    "user",  "passw",  "socket", "socks",
     "proxy",   "cloud", "service", "dns",   "pghost", "pgport", "pgdbname"});
// The same of whole names. A class of propertiesTransform (Connector/J) may exchange the host, and
// initSql (MariaDB's) the database.
constexpr std::array kSecurityNames = std::to_array<std::string_view>(
    {"serverName", "databaseName", "portNumber", "propertiesTransform", "initSql"});

std::span<const Renamed> passed_by(Engine engine) {
  switch (engine) {
    case Engine::postgresql:
      return kPostgresPassed;
    case Engine::mysql:
      return kMysqlPassed;
    case Engine::sqlite:
      break;
  }
  return kSqlitePassed;
}

tl::unexpected<Failure> bad_value(const std::string& name, std::string_view expected) {
  return fail(FailureKind::configuration, "the database URL's option `" + name +
                                              "` can't be used: expected " + std::string(expected));
}

Outcome<void> apply_timeout(Settings& settings, const std::string& name, const std::string& value,
                            std::int32_t unit_ms) {
  const auto number = document::number_of<std::int32_t>(value);
  if (!number || *number < 0 || *number > 86'400'000 / unit_ms) return bad_value(name, "a number");
  // 0 means "wait for ever" to the drivers; winnow always has a limit and keeps its own.
  if (*number > 0) settings.connect_timeout_ms = *number * unit_ms;
  return {};
}

// libpq's words and pgJDBC's for which of several hosts is meant.
Outcome<void> apply_target(Settings& settings, const std::string& name, const std::string& value) {
  constexpr std::array kTargets = {
      std::pair{"any", Target::any},
      std::pair{"read-write", Target::primary},
      std::pair{"primary", Target::primary},
      std::pair{"master", Target::primary},
      std::pair{"read-only", Target::standby},
      std::pair{"standby", Target::standby},
      std::pair{"secondary", Target::standby},
      std::pair{"slave", Target::standby},
      std::pair{"preferprimary", Target::prefer_primary},
      std::pair{"prefer-standby", Target::prefer_standby},
      std::pair{"prefersecondary", Target::prefer_standby},
      std::pair{"preferslave", Target::prefer_standby},
  };
  const auto wanted = document::lower(value);
  const auto* found =
      std::ranges::find_if(kTargets, [&](const auto& target) { return target.first == wanted; });
  if (found == kTargets.end()) {
    return bad_value(name,
                     "any, primary, standby, preferPrimary or prefer-standby, or what "
                     "libpq and pgJDBC call them");
  }
  settings.target = found->second;
  return {};
}

// Connector/J takes yes and no too.
bool is_true(const std::string& value) {
  const auto word = document::lower(value);
  return word == "true" || word == "yes" || word == "1";
}
bool is_false(const std::string& value) {
  const auto word = document::lower(value);
  return word == "false" || word == "no" || word == "0";
}

bool same_word(std::string_view one, std::string_view other) {
  return document::lower(one) == document::lower(other);
}

// Connector/J takes its names in any case, pgJDBC and libpq do not.
bool is_named(const Settings& settings, std::string_view name, std::string_view known) {
  return settings.engine == Engine::mysql ? same_word(name, known) : name == known;
}

// Options that become a field of the settings; nothing when it is none of those.
std::optional<Outcome<void>> apply_field(Settings& settings, const std::string& name,
                                         const std::string& value) {
  if (settings.engine == Engine::sqlite) return std::nullopt;
  const bool postgres = settings.engine == Engine::postgresql;
  if (is_named(settings, name, "user")) {
    settings.user = value;
  } else if (is_named(settings, name, "password")) {
    settings.password = value;
  } else if (name == "host" && postgres) {
    if (value.find(',') != std::string::npos) {
      return bad_value(name, "one host; several stand before the name of the database");
    }
    settings.host = value;
  } else if (name == "dbname" && postgres) {
    settings.database = value;
  } else if (name == "currentSchema" && postgres) {
    settings.search_path = value;
  } else if (postgres && (name == "targetServerType" || name == "target_session_attrs")) {
    return apply_target(settings, name, value);
  } else if (postgres && name == "readOnly") {
    if (is_true(value)) settings.session.emplace_back("transaction_read_only", "on");
  } else if (name == "connect_timeout" || (postgres && name == "connectTimeout") ||
             (postgres && name == "loginTimeout")) {
    return apply_timeout(settings, name, value, 1'000);
  } else if (is_named(settings, name, "connectTimeout")) {
    return apply_timeout(settings, name, value, 1);
  } else {
    return std::nullopt;
  }
  return Outcome<void>{};
}

std::string remedy_for(std::string_view name) {
  const auto lower = document::lower(name);
  if (lower.find("store") != std::string::npos) {
    return "a Java key store can't be read here: give PEM files by ssl-ca, ssl-cert and ssl-key in "
           "a URL of winnow's own";
  }
  return "give winnow a URL of its own without it";
}

constexpr std::string_view kOwnUrl =
    " (`database.url`; in Kestra's configuration `winnow.database.url`)";

std::vector<std::string> known_names(Engine engine) {
  std::vector<std::string> names;
  for (const auto& [name, option] : passed_by(engine)) names.emplace_back(name);
  return names;
}

// Whether the name is nearly one of those that touch security.
bool is_nearly_of_security(Engine engine, const std::string& name) {
  auto names = known_names(engine);
  std::erase_if(names, [](const auto& known) { return !touches_security(known); });
  return document::nearest(name, names).has_value();
}

Outcome<void> take_unknown(const Settings& settings, const std::string& name,
                           const std::string& value, Unknown unknown) {
  const bool harmless =
      std::ranges::any_of(kHarmless, [&](auto known) { return same_word(known, name); }) ||
      std::ranges::any_of(kDefaults,
                          [&](const auto& known) {
                            return same_word(known.name, name) && same_word(known.option, value);
                          }) ||
      std::ranges::find(kOfNoMeaning, name) != kOfNoMeaning.end();
  if (harmless && settings.engine != Engine::sqlite) return {};
  const bool suspicious = touches_security(name) || is_nearly_of_security(settings.engine, name);
  if (unknown == Unknown::read_past && !suspicious) return {};
  const auto hint = document::did_you_mean(name, known_names(settings.engine));
  const auto message =
      "the database URL has an option `" + name + "` that winnow does not know" + hint;
  if (unknown == Unknown::refused) {
    return fail(FailureKind::configuration,
                message + (hint.empty() ? ": check its spelling, or remove it" : ""));
  }
  return fail(FailureKind::configuration,
              message + ", and that may decide who is reached or believed: " + remedy_for(name) +
                  std::string(kOwnUrl));
}

std::optional<std::string> take(Settings& settings, const std::string& name) {
  const auto found = settings.options.find(name);
  if (found == settings.options.end()) return std::nullopt;
  auto value = std::move(found->second);
  settings.options.erase(found);
  return value;
}

// libpq takes these words in lower case alone, pgJDBC in any.
struct Choice {
  const char* option;
  std::string_view words;  // each between two spaces
  const char* expected;
};

constexpr std::array kChoices = {
    Choice{"sslmode", " disable allow prefer require verify-ca verify-full ",
           "disable, allow, prefer, require, verify-ca or verify-full"},
    Choice{"channel_binding", " disable prefer require ", "disable, prefer or require"},
    Choice{"gssencmode", " disable allow prefer ",
           "disable, allow or prefer: winnow has no encryption by GSSAPI; use TLS (sslmode)"},
    Choice{"ssl_min_protocol_version", " tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 ",
           "TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3"},
    Choice{"ssl_max_protocol_version", " tlsv1 tlsv1.1 tlsv1.2 tlsv1.3 ",
           "TLSv1, TLSv1.1, TLSv1.2 or TLSv1.3"},
};

Outcome<void> check_choices(Settings& settings) {
  for (const auto& choice : kChoices) {
    const auto given = settings.options.find(choice.option);
    if (given == settings.options.end()) continue;
    auto word = document::lower(given->second);
    if (word.find(' ') != std::string::npos ||
        choice.words.find(" " + word + " ") == std::string_view::npos) {
      return bad_value(choice.option, choice.expected);
    }
    given->second = std::move(word);
  }
  return {};
}

Outcome<void> check_numbers(const Settings& settings) {
  for (const char* option :
       {"keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count"}) {
    const auto given = settings.options.find(option);
    if (given == settings.options.end() || document::number_of<std::int32_t>(given->second)) {
      continue;
    }
    return bad_value(option, "a number");
  }
  return {};
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
  WINNOW_CHECK(check_choices(settings));
  WINNOW_CHECK(check_numbers(settings));
  // It is the server's offer that would be taken, and winnow has no encryption by GSSAPI.
  static_cast<void>(take(settings, "gssencmode"));
  const auto options = take(settings, "options");
  return options ? add_command_line_options(settings, *options) : Outcome<void>{};
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
  const auto wanted = document::lower(text);
  for (const auto& [name, mode] : kModes) {
    if (name == wanted) return std::string(mode);
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

// A word begins where a capital follows a small letter, and after `-`, `_` and `.`.
bool touches_security(std::string_view name) {
  if (std::ranges::find(kSecurityNames, name) != kSecurityNames.end()) {
    return true;
  }
  std::string word;
  const auto ends_so = [&word] {
    const auto found = std::exchange(word, {});
    return std::ranges::any_of(kSecurity,
                               [&](const auto& stem) { return found.starts_with(stem); });
  };
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool capital = document::lower(name[at]) != name[at];
    const bool begins = at > 0 && (!document::is_letter(name[at - 1]) ||
                                   (capital && document::lower(name[at - 1]) == name[at - 1]));
    if (begins && ends_so()) return true;
    word += document::lower(name[at]);
  }
  return ends_so();
}

Outcome<void> apply_option(Settings& settings, const std::string& name, const std::string& value,
                           Unknown unknown) {
  if (auto applied = apply_field(settings, name, value)) return std::move(*applied);
  for (const auto& [known, option] : passed_by(settings.engine)) {
    if (!is_named(settings, name, known)) continue;
    settings.options[std::string(option)] = value;
    return {};
  }
  return take_unknown(settings, name, value, unknown);
}

Outcome<void> check_files(const Settings& settings, std::initializer_list<const char*> options) {
  for (const auto* name : options) {
    const std::string option(name);
    const auto found = settings.options.find(option);
    const bool is_file = found != settings.options.end() && !found->second.empty() &&
                         !(option == "sslrootcert" && found->second == "system");
    if (!is_file || ::access(found->second.c_str(), R_OK) == 0) continue;
    return fail(FailureKind::configuration,
                "the database URL's " + option + " names `" + found->second +
                    "`, which can't be read: " + std::system_category().message(errno));
  }
  return {};
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
