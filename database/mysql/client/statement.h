// One prepared statement on the server.
#pragma once

#include <cstdint>
#include <memory>
#include <mysql.h>
#include <string>
#include <vector>

#include "database/connection.h"
#include "database/mysql/client/parameters.h"
#include "database/mysql/client/session.h"

namespace winnow::database {

// The session must outlive it.
class MysqlStatement {
 public:
  static Outcome<std::unique_ptr<MysqlStatement>> prepare(MysqlSession& session,
                                                          const std::string& sql);

  // Runs it and reads its answer to the end; rows go to the handler, when there is one, until it
  // wants no more. Returns the rows that it changed.
  Outcome<std::int64_t> run(MysqlParameters& parameters, const RowHandler* handler);

 private:
  struct Closer {
    void operator()(MYSQL_STMT* statement) const;
  };
  struct Cell {
    std::vector<char> buffer;
    unsigned long size = 0;
    my_bool null = 0;
    my_bool cut = 0;
  };
  class BoundRow;

  using Handle = std::unique_ptr<MYSQL_STMT, Closer>;
  MysqlStatement(MysqlSession& session, Handle statement)
      : session_(session), statement_(std::move(statement)) {}
  tl::unexpected<Failure> failed();
  Outcome<void> read_rows(const RowHandler* handler);
  void bind_cells(std::size_t count);
  Outcome<bool> fetch();
  bool widen_cells();
  bool bind_again();

  MysqlSession& session_;
  Handle statement_;
  std::vector<Cell> cells_;
  std::vector<MYSQL_BIND> binds_;
};

}  // namespace winnow::database
