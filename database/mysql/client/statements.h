// The statements that a connection keeps prepared: a purge sends the same few texts again and
// again, and preparing one costs a round trip.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include "database/mysql/client/statement.h"

namespace winnow::database {

// The session must outlive it.
class MysqlStatements {
 public:
  explicit MysqlStatements(MysqlSession& session) : session_(session) {}

  // As MysqlStatement::run, prepared before where it isn't yet.
  Outcome<std::int64_t> run(const Statement& statement, const RowHandler* handler);

 private:
  struct Kept {
    std::string sql;
    std::unique_ptr<MysqlStatement> statement;
  };
  Outcome<MysqlStatement*> prepared(const std::string& sql);

  MysqlSession& session_;
  std::list<Kept> kept_;  // the one used last comes first
};

}  // namespace winnow::database
