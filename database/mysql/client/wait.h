// One wait for a connection's socket, in the connector's terms.
#pragma once

#include <chrono>
#include <mysql.h>

#include "outcome/failure.h"

namespace winnow::database {

struct MysqlWait {
  my_socket socket;
  int wanted;    // MYSQL_WAIT_READ, _WRITE, _EXCEPT
  bool watches;  // for a cancellation, by `wake`
  int wake;      // -1: then it is looked for now and then
  std::chrono::steady_clock::time_point deadline;
};

// What the socket is ready for; 0 when it is ready for nothing yet and there is a cancellation or
// the deadline to look at.
Outcome<int> poll_mysql(const MysqlWait& wait);

}  // namespace winnow::database
