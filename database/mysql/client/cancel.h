// Asks a server to stop the statement of another session, once it has proved to be that session's
// server.
#pragma once

#include <cstdint>
#include <string>

namespace winnow::database {

class MysqlSession;

// What tells a session from one with the same number on another server.
struct MysqlSessionMark {
  unsigned long number;      // CONNECTION_ID()
  std::uint16_t local_port;  // of its TCP connection; 0: a Unix socket, behind which is one server
  std::string attribute;     // its connection attribute `winnow_session`
};

// Not guessable.
std::string new_mysql_session_attribute();

// Stops the statement that the marked session runs, by KILL QUERY over `other`. Behind a balancer
// `other` may be on another server, where the number is a stranger's: without a proof nothing is
// killed, and false comes back. The proof is the port that the server sees, or, behind a proxy, the
// connection attribute (performance_schema has to be on for that).
bool kill_mysql_query(MysqlSession& other, const MysqlSessionMark& mark);

}  // namespace winnow::database
