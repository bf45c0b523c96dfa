#include "database/mysql/client/tls_guard.h"

#include <cstdio>
#include <errmsg.h>
#include <fcntl.h>

#include <mysql/plugin_auth.h>

#include "database/mysql/client/options.h"

namespace winnow::database {
namespace {

// The connector's <mysql/client_plugin.h>, which declares this, includes a header that Debian's
// package does not have.
struct AuthenticationPlugin {
  st_mysql_client_plugin head;
  int (*authenticate_user)(MYSQL_PLUGIN_VIO* vio, MYSQL* mysql);
};
constexpr int kAuthenticationPlugin = 2;
constexpr unsigned int kInterfaceVersion = 0x0100;

constexpr const char* kOpenGate = "winnow_open_gate";
constexpr const char* kTlsGate = "winnow_tls_gate";
constexpr const char* kAllowed =
    "winnow_open_gate,caching_sha2_password,sha256_password,mysql_native_password";
constexpr const char* kAllowedOverTls =
    "winnow_tls_gate,caching_sha2_password,sha256_password,mysql_native_password,"
    "mysql_clear_password";

// Both run inside mysql_real_connect. The first packet that a plugin writes is the handshake's
// answer, and the connector starts TLS right before it.
bool open_conversation(MYSQL_PLUGIN_VIO* vio, MYSQL* mysql) {
  const auto socket = mysql_get_socket(mysql);
  const int flags = ::fcntl(socket, F_GETFL);
  if (flags >= 0) ::fcntl(socket, F_SETFL, flags | O_NONBLOCK);
  return vio->write_packet(vio, nullptr, 0) == 0;
}

int pass_open_gate(MYSQL_PLUGIN_VIO* vio, MYSQL* mysql) {
  if (!open_conversation(vio, mysql)) return CR_ERROR;
  // caching_sha2_password and sha256_password take a connection for safe that was to use TLS, and
  // send the password as it is, whether the server offered it or not.
  if (mysql_get_ssl_cipher(mysql) == nullptr) mysql->options.use_ssl = 0;
  return CR_OK;
}

int pass_tls_gate(MYSQL_PLUGIN_VIO* vio, MYSQL* mysql) {
  if (!open_conversation(vio, mysql)) return CR_ERROR;
  if (mysql_get_ssl_cipher(mysql) != nullptr) return CR_OK;
  mysql->net.last_errno = CR_SSL_CONNECTION_ERROR;
  std::snprintf(mysql->net.last_error, sizeof mysql->net.last_error,
                "the server offers no TLS, and ssl-mode asks for it; no password was sent");
  return CR_ERROR;
}

AuthenticationPlugin gate(const char* name, int (*pass)(MYSQL_PLUGIN_VIO*, MYSQL*)) {
  AuthenticationPlugin plugin{};
  plugin.head.type = kAuthenticationPlugin;
  plugin.head.interface_version = kInterfaceVersion;
  plugin.head.name = name;
  plugin.head.author = "winnow";
  plugin.head.desc = "no password before TLS";
  plugin.authenticate_user = pass;
  return plugin;
}

}  // namespace

bool register_mysql_tls_guards(MYSQL* any) {
  static AuthenticationPlugin open = gate(kOpenGate, pass_open_gate);
  static AuthenticationPlugin tls = gate(kTlsGate, pass_tls_gate);
  return mysql_client_register_plugin(any, &open.head) != nullptr &&
         mysql_client_register_plugin(any, &tls.head) != nullptr;
}

void guard_mysql_log_in(MysqlOptions& options, MysqlTls tls) {
  const bool needed = tls == MysqlTls::needed;
  options.set_unread(MARIADB_OPT_RESTRICTED_AUTH, needed ? kAllowedOverTls : kAllowed);
  if (tls != MysqlTls::off) options.set_text(MYSQL_DEFAULT_AUTH, needed ? kTlsGate : kOpenGate);
}

}  // namespace winnow::database
