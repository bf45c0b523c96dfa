// The prepared statements of a connection: a purge sends the same few texts again and again, and
// preparing one costs a round trip.
#pragma once

#include <cstdint>
#include <list>
#include <string>

#include "database/connection.h"
#include "database/mysql/client/session.h"

namespace winnow::database {

class MysqlStatement;

// The session must outlive it.
class MysqlStatements {
 public:
  explicit MysqlStatements(MysqlSession& session);
  MysqlStatements(const MysqlStatements&) = delete;
  MysqlStatements& operator=(const MysqlStatements&) = delete;
  ~MysqlStatements();

  // Prepares the statement where it isn't yet, and reads its answer to the end; rows go to the
  // handler, when there is one, until it wants no more. Returns the rows that it changed.
  Outcome<std::int64_t> run(const Statement& statement, const RowHandler* handler);

 private:
  struct Kept;
  Outcome<MysqlStatement*> prepared(const std::string& sql);

  MysqlSession& session_;
  std::list<Kept> kept_;  // the most recently used first
};

}  // namespace winnow::database
