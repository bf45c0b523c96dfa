// A session with vtgate, the front of a sharded Vitess, which speaks MySQL's protocol.
#pragma once

#include "database/mysql/connection.h"
#include "database/mysql/vitess_dialect.h"

namespace winnow::database {

class VitessConnection final : public MysqlConnection {
 public:
  using MysqlConnection::MysqlConnection;

  const Dialect& dialect() const override { return dialect_; }
  Outcome<Schema> probe(std::span<const std::string> tables) override;
  Outcome<Schema> recall(std::span<const std::string> tables) override { return probe(tables); }
  Outcome<Health> examine(const Schema& schema) override;
  // vtgate has no notes.
  Outcome<std::vector<QueryPlan>> explain_all(std::span<const Statement> statements) override {
    return explain_one_by_one(statements);
  }
  // It speaks for more than one server.
  Outcome<bool> can_be_kept(Target /*wanted*/) override { return false; }
  // The figures would be those of whichever shard answers.
  Outcome<Pressure> pressure(const PressureQuestion& /*question*/) override { return Pressure{}; }
  Outcome<SessionLock> take_lock(const std::string& name) override;
  Outcome<bool> has_lock(const std::string& name) override;
  Outcome<void> release_lock(const std::string& name) override;

 private:
  // For a prepared statement of a merged page vtgate announces other columns than it returns, and
  // it binds nothing in an EXPLAIN.
  Outcome<std::int64_t> run_with_values(const Statement& statement,
                                        const RowHandler* handler) override;
  void note_failed_commit(Failure& failure) override;
  Statement health_statement(const Schema& schema) const override;
  Outcome<void> add_notes(MysqlPlanReader& reader, const Statement& explained) override;

  static inline const VitessDialect dialect_{};
  // The number of the session that holds this session's lock.
  std::string lock_session_;
};

}  // namespace winnow::database
