#include "database/mysql/client/options.h"

#include <array>
#include <string>
#include <utility>

#include "database/mysql/client/tls_guard.h"
#include "database/mysql/errors.h"
#include "database/url/options.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// Room for OpenSSL's handshake, which runs on the connector's own stack.
constexpr std::size_t kStackSize = std::size_t{256} * 1024;

std::string option(const Settings& settings, const std::string& name) {
  const auto found = settings.options.find(name);
  return found == settings.options.end() ? std::string() : found->second;
}

MysqlTls tls_of(const std::string& mode) {
  if (mode == "DISABLED") return MysqlTls::off;
  return mode.empty() || mode == "PREFERRED" ? MysqlTls::preferred : MysqlTls::needed;
}

// DISABLED: none. PREFERRED, as where nothing is said: TLS where the server offers it, unverified.
// REQUIRED: not without (tls_guard.h). VERIFY_CA: a certificate of the given CA. VERIFY_IDENTITY:
// and of this host.
void set_tls(MysqlOptions& options, const Settings& settings) {
  const auto mode = option(settings, "ssl-mode");
  const my_bool enforce = mode == "DISABLED" ? 0 : 1;
  options.set(MYSQL_OPT_SSL_ENFORCE, &enforce);
  guard_mysql_log_in(options, tls_of(mode));
  if (enforce == 0) return;
  const my_bool verify_identity = mode == "VERIFY_IDENTITY" ? 1 : 0;
  options.set(MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify_identity);
  // A CA alone makes the connector verify by it: given with a mode that doesn't verify, it is not
  // used.
  const bool verifies = mode == "VERIFY_CA" || mode == "VERIFY_IDENTITY";
  constexpr std::array kAlways = {std::pair{"ssl-cert", MYSQL_OPT_SSL_CERT},
                                  std::pair{"ssl-key", MYSQL_OPT_SSL_KEY},
                                  std::pair{"ssl-cipher", MYSQL_OPT_SSL_CIPHER}};
  constexpr std::array kVerifying = {std::pair{"ssl-ca", MYSQL_OPT_SSL_CA},
                                     std::pair{"ssl-capath", MYSQL_OPT_SSL_CAPATH},
                                     std::pair{"ssl-crl", MYSQL_OPT_SSL_CRL}};
  const auto set = [&](const auto& named) {
    for (const auto& [name, number] : named) {
      const auto value = option(settings, name);
      if (!value.empty()) options.set_text(number, value);
    }
  };
  set(kAlways);
  if (verifies) set(kVerifying);
  const auto versions = option(settings, "tls-version");
  if (!versions.empty()) options.set_text(MARIADB_OPT_TLS_VERSION, versions);
}

}  // namespace

void MysqlOptions::set(mysql_option option, const void* value) {
  if (mysql_options(mysql_, option, value) != 0) complete_ = false;
}

void MysqlOptions::set_text(mysql_option option, const std::string& value) {
  set(option, value.c_str());
  const char* kept = nullptr;
  if (mysql_get_option(mysql_, option, &kept) != 0 || kept == nullptr) complete_ = false;
}

void MysqlOptions::set_unread(mysql_option option, const char* value) {
  set(option, value);
  set(option, value);
}

Outcome<void> set_mysql_options(MYSQL* mysql, const Settings& settings,
                                const std::string& attribute, const void* wait) {
  WINNOW_CHECK(check_files(settings, {"ssl-ca", "ssl-capath", "ssl-cert", "ssl-key", "ssl-crl"}));
  const auto mode = option(settings, "ssl-mode");
  if (mode == "VERIFY_CA" && option(settings, "ssl-ca").empty() &&
      option(settings, "ssl-capath").empty()) {
    return fail(FailureKind::configuration,
                "the database URL's ssl-mode VERIFY_CA needs a CA to verify by: give ssl-ca or "
                "ssl-capath");
  }
  MysqlOptions options(mysql);
  const std::size_t stack_size = kStackSize;
  options.set(MYSQL_OPT_NONBLOCK, &stack_size);
  // It made the place that most others are kept in, which they don't look for.
  if (!options.complete()) return fail(mysql_no_memory());
  options.set(MARIADB_OPT_IO_WAIT, wait);
  options.set_unread(MYSQL_SET_CHARSET_NAME, "utf8mb4");
  // A server may ask for any file of this machine otherwise.
  const unsigned int none = 0;
  options.set(MYSQL_OPT_LOCAL_INFILE, &none);
  if (option(settings, "socket").empty()) {
    // `localhost` means TCP to JDBC's drivers, and so to the URLs that are written for them.
    const unsigned int tcp = MYSQL_PROTOCOL_TCP;
    options.set(MYSQL_OPT_PROTOCOL, &tcp);
  }
  mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "program_name", "winnow");
  mysql_options4(mysql, MYSQL_OPT_CONNECT_ATTR_ADD, "winnow_session", attribute.c_str());
  set_tls(options, settings);
  if (!options.complete()) return fail(mysql_no_memory());
  return {};
}

}  // namespace winnow::database
