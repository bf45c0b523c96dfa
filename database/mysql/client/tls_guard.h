// Keeps the password from being sent before TLS is established.
//
// Even if TLS is requested, the connector falls back to plain text when the server's greeting (or
// somebody in between) does not offer TLS, and then sends the password in clear (its
// caching_sha2_password checks whether TLS was requested, not whether it is active). So a
// connection that may use TLS starts with an authentication plugin of our own, whose name no server
// has: it sends the user's name without a proof, and if TLS is required, it ends the log-in unless
// TLS is established by then. The server then names the account's real plugin, which costs one
// round trip. The plugin also makes the socket non-blocking before the TLS handshake, during which
// the connector itself waits.
#pragma once

#include <mysql.h>

namespace winnow::database {

class MysqlOptions;

// Once for the process; any connection serves. False where there was no memory for it.
bool register_mysql_tls_guards(MYSQL* any);

enum class MysqlTls { off, preferred, needed };

// Before mysql_real_connect. A server may only request authentication methods that do not reveal
// the password: mysql_clear_password sends it in clear and is allowed only over required TLS;
// without TLS caching_sha2_password and sha256_password encrypt it with the server's public key.
void guard_mysql_log_in(MysqlOptions& options, MysqlTls tls);

}  // namespace winnow::database
