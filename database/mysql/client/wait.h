// One wait for a connection's socket, with the connector's constants.
#pragma once

#include <chrono>
#include <mysql.h>

#include "outcome/failure.h"

namespace winnow::database {

struct MysqlWait {
  my_socket socket;
  int wanted;    // MYSQL_WAIT_READ, _WRITE, _EXCEPT
  bool watches;  // for a cancellation, by `wake`
  int wake;      // -1: then it is polled from time to time
  std::chrono::steady_clock::time_point deadline;
};

// What the socket is ready for; 0 if it is not ready yet and the cancellation or the deadline must
// be checked.
Outcome<int> poll_mysql(const MysqlWait& wait);

}  // namespace winnow::database
