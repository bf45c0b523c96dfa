#include "database/mysql/mysql_options.h"

#include <array>
#include <cerrno>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "database/mysql/mysql_gate.h"

namespace winnow::database {
namespace {

// Room for OpenSSL's handshake, which runs on the connector's own stack.
constexpr std::size_t kStackSize = std::size_t{256} * 1024;

std::string option(const Settings& settings, const std::string& name) {
  const auto found = settings.options.find(name);
  return found == settings.options.end() ? std::string() : found->second;
}

Outcome<void> check_files(const Settings& settings) {
  for (const auto* name : {"ssl-ca", "ssl-capath", "ssl-cert", "ssl-key", "ssl-crl"}) {
    const auto path = option(settings, name);
    if (path.empty() || ::access(path.c_str(), R_OK) == 0) continue;
    return fail(FailureKind::configuration,
                std::string("the database URL's ") + name + " names `" + path +
                    "`, which can't be read: " + std::system_category().message(errno));
  }
  return {};
}

MysqlTls tls_of(const std::string& mode) {
  if (mode == "DISABLED") return MysqlTls::off;
  return mode.empty() || mode == "PREFERRED" ? MysqlTls::preferred : MysqlTls::needed;
}

// DISABLED: none. PREFERRED, as where nothing is said: TLS where the server offers it, unverified.
// REQUIRED: not without (mysql_gate.h). VERIFY_CA: a certificate of the given CA. VERIFY_IDENTITY:
// and of this host.
void set_tls(MYSQL* mysql, const Settings& settings) {
  const auto mode = option(settings, "ssl-mode");
  const my_bool enforce = mode == "DISABLED" ? 0 : 1;
  mysql_options(mysql, MYSQL_OPT_SSL_ENFORCE, &enforce);
  guard_mysql_log_in(mysql, tls_of(mode));
  if (enforce == 0) return;
  const my_bool verify_identity = mode == "VERIFY_IDENTITY" ? 1 : 0;
  mysql_options(mysql, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify_identity);
  // A CA alone makes the connector verify by it: given with a mode that doesn't verify, it is not
  // used.
  const bool verifies = mode == "VERIFY_CA" || mode == "VERIFY_IDENTITY";
  constexpr std::array kAlways = {std::pair{"ssl-cert", MYSQL_OPT_SSL_CERT},
                                  std::pair{"ssl-key", MYSQL_OPT_SSL_KEY},
                                  std::pair{"ssl-cipher", MYSQL_OPT_SSL_CIPHER}};
  constexpr std::array kVerifying = {std::pair{"ssl-ca", MYSQL_OPT_SSL_CA},
                                     std::pair{"ssl-capath", MYSQL_OPT_SSL_CAPATH},
                                     std::pair{"ssl-crl", MYSQL_OPT_SSL_CRL}};
  const auto set = [&](const auto& options) {
    for (const auto& [name, number] : options) {
      const auto value = option(settings, name);
      if (!value.empty()) mysql_options(mysql, number, value.c_str());
    }
  };
  set(kAlways);
  if (verifies) set(kVerifying);
  const auto versions = option(settings, "tls-version");
  if (!versions.empty()) mysql_options(mysql, MARIADB_OPT_TLS_VERSION, versions.c_str());
}

}  // namespace

Outcome<void> set_mysql_options(MYSQL* mysql, const Settings& settings) {
  if (auto checked = check_files(settings); !checked) return checked;
  const auto mode = option(settings, "ssl-mode");
  if (mode == "VERIFY_CA" && option(settings, "ssl-ca").empty() &&
      option(settings, "ssl-capath").empty()) {
    return fail(FailureKind::configuration,
                "the database URL's ssl-mode VERIFY_CA needs a CA to verify by: give ssl-ca or "
                "ssl-capath");
  }
  const std::size_t stack_size = kStackSize;
  mysql_options(mysql, MYSQL_OPT_NONBLOCK, &stack_size);
  mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  // A server may ask for any file of this machine otherwise.
  const unsigned int none = 0;
  mysql_options(mysql, MYSQL_OPT_LOCAL_INFILE, &none);
  if (option(settings, "socket").empty()) {
    // `localhost` means TCP to JDBC's drivers, and so to the URLs that are written for them.
    const unsigned int tcp = MYSQL_PROTOCOL_TCP;
    mysql_options(mysql, MYSQL_OPT_PROTOCOL, &tcp);
  }
  mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "winnow");
  set_tls(mysql, settings);
  return {};
}

}  // namespace winnow::database
