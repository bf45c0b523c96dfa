// Asks a server to stop the statement of another session, after it has proved to be that session's
// server.
#pragma once

#include <cstdint>
#include <string>

namespace winnow::database {

class MysqlSession;

// Distinguishes a session from one with the same number on another server.
struct MysqlSessionMark {
  unsigned long number;      // CONNECTION_ID()
  std::uint16_t local_port;  // of its TCP connection; 0: a Unix socket, which leads to one server
  std::string attribute;     // its connection attribute `winnow_session`
};

// Not guessable.
std::string new_mysql_session_attribute();

// Stops the statement that the marked session runs, by KILL QUERY over `other`. Behind a balancer
// `other` may be on another server, where the number belongs to another client: without a proof
// nothing is killed, and the result is false. The proof is the port that the server sees, or,
// behind a proxy, the connection attribute (which needs performance_schema).
bool kill_mysql_query(MysqlSession& other, const MysqlSessionMark& mark);

}  // namespace winnow::database
