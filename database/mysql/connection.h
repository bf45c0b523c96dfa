// A session with a MySQL server. What another server that speaks MySQL's protocol does otherwise is
// overridden (vitess_connection.h).
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "database/connection.h"
#include "database/mysql/client/session.h"
#include "database/mysql/client/statements.h"
#include "database/mysql/dialect.h"
#include "database/mysql/health.h"
#include "database/mysql/plan.h"
#include "database/mysql/pressure.h"
#include "database/mysql/session_lock.h"
#include "database/standing.h"

namespace winnow::database {

class MysqlConnection : public Connection {
 public:
  MysqlConnection(const Settings& settings, const Cancellation& cancellation,
                  std::unique_ptr<MysqlSession> session)
      : settings_(settings),
        cancellation_(&cancellation),
        session_(std::move(session)),
        statements_(*session_) {}

  const Dialect& dialect() const override { return dialect_; }
  Outcome<Identity> identify(Ask ask) override;
  Outcome<Schema> probe(std::span<const std::string> tables) override;
  Outcome<Schema> recall(std::span<const std::string> tables) override;
  Outcome<void> begin() override;
  Outcome<void> rollback() override;
  Outcome<void> query(const Statement& statement, const RowHandler& handler) override;
  Outcome<std::vector<std::int64_t>> execute(std::span<const Statement> statements,
                                             AfterBatch after) override;
  Outcome<QueryPlan> explain(const Statement& statement) override;
  Outcome<std::vector<QueryPlan>> explain_all(std::span<const Statement> statements) override;
  Outcome<bool> can_be_kept(Target wanted) override;
  bool rest() override;
  void resume(const Cancellation& cancellation, const OnLockWait& on_lock_wait) override;
  bool is_outdated() const override { return standing_.is_outdated(session_->broken()); }
  Outcome<Health> examine(const Schema& schema) override;
  Outcome<Pressure> pressure(const PressureQuestion& question) override;
  Outcome<std::int64_t> applied(const TextList& positions) override;
  Outcome<SessionLock> take_lock(const std::string& name) override {
    return take_mysql_lock(*this, name);
  }
  Outcome<bool> has_lock(const std::string& name) override { return has_mysql_lock(*this, name); }
  Outcome<void> release_lock(const std::string& name) override {
    return release_mysql_lock(*this, name);
  }

  // Whether the server is of Settings::target.
  Outcome<void> check_target();

 protected:
  MysqlSession& session() { return *session_; }
  Outcome<void> check_usable();
  Outcome<std::vector<QueryPlan>> explain_one_by_one(std::span<const Statement> statements) {
    return Connection::explain_all(statements);
  }
  Outcome<std::int64_t> run_as_it_is(const std::string& sql, const RowHandler* handler);

  virtual Outcome<std::int64_t> run_with_values(const Statement& statement,
                                                const RowHandler* handler);
  // What a COMMIT failed with.
  virtual void note_failed_commit(Failure& /*failure*/) {}
  virtual Statement health_statement(const Schema& schema) const {
    return mysql_health_statement(schema);
  }
  // After an EXPLAIN of that statement.
  virtual Outcome<void> add_notes(MysqlPlanReader& reader, const Statement& explained);

 private:
  enum class Transaction { none, wanted, open };
  struct OfCatalog {
    std::string text;
    bool is_whole = false;  // what was asked behind it was answered too
  };

  bool is_cancelled() const { return cancellation_ == nullptr || cancellation_->requested(); }
  Outcome<void> check_standing(const std::string& found);
  Outcome<void> ask_standing();
  Outcome<OfCatalog> ask_catalog(const Statement& statement, const RowHandler* more);
  std::string key_of(std::span<const std::string> tables) const;
  Outcome<std::string> explaining_text(std::span<const Statement> statements,
                                       std::size_t& taken) const;
  Outcome<std::vector<QueryPlan>> explain_text(const std::string& text, std::size_t statements);
  Outcome<void> open_transaction();
  Outcome<std::int64_t> run(const Statement& statement, const RowHandler* handler);
  Outcome<void> run_text(const std::string& text, std::span<const RowHandler> handlers);
  Outcome<std::vector<std::int64_t>> run_all(std::span<const Statement> statements);
  Outcome<void> commit();
  Outcome<void> catch_up();
  bool has_left_group();
  tl::unexpected<Failure> give_up(Failure failure) {
    return database::give_up(*this, std::move(failure), session_->asked_to_cancel());
  }

  static inline const MysqlDialect dialect_{};
  const Settings settings_;
  const Cancellation* cancellation_;  // nullptr: it waits for a call
  std::unique_ptr<MysqlSession> session_;
  MysqlStatements statements_;
  Transaction transaction_ = Transaction::none;
  Standing standing_;
  std::vector<PressureFigure> figures_ = mysql_pressure_figures();
};

}  // namespace winnow::database
