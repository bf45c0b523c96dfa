// Keeps the password from being sent before TLS is established.
//
// With TLS asked for, the connector falls back to plain text when the server's greeting (or whoever
// stands between) does not offer it, and then sends the password as it is (its
// caching_sha2_password looks at what was asked for, not at what came of it). So a connection that
// may use TLS opens the conversation by an authentication plugin of our own, whose name no server
// has: it sends the user's name and no proof, and where TLS is needed ends the log-in unless it is
// up by then. The server then names the account's real plugin, which costs one round trip. The gate
// is also where the socket is made non-blocking before TLS's handshake, in which the connector
// waits on its own.
#pragma once

#include <mysql.h>

namespace winnow::database {

class MysqlOptions;

// Once for the process; any connection serves. False where there was no memory for it.
bool register_mysql_tls_guards(MYSQL* any);

enum class MysqlTls { off, preferred, needed };

// Before mysql_real_connect. A server may only ask for ways to authenticate that do not give the
// password away: mysql_clear_password sends it as it is and is answered over needed TLS alone;
// without TLS caching_sha2_password and sha256_password encrypt it with the server's public key.
void guard_mysql_log_in(MysqlOptions& options, MysqlTls tls);

}  // namespace winnow::database
