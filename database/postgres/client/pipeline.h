// Sends statements to a session of PostgreSQL in groups, each of which is one round trip, and reads
// the answers.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "database/postgres/client/answer.h"
#include "database/postgres/client/prepared.h"
#include "database/postgres/client/session.h"

namespace winnow::database {

// Statements in their order, with a handler for each; nullptr where nobody wants its rows.
struct PostgresGroup {
  struct Sent {
    const Statement* statement;
    std::string name = {};  // empty: it has none
    bool prepares = false;  // and does not run it
  };
  std::vector<Sent> sent = {};
  std::vector<const RowHandler*> takers = {};
  std::vector<PostgresAnswer> answers = {};  // once it was read

  std::size_t size() const { return sent.size(); }
};

class PostgresPipeline {
 public:
  explicit PostgresPipeline(PostgresSession& session) : session_(session) {}

  // Prepared where the statement keeps its plan and the session allows it. Statement and handler
  // must outlive the group.
  void add(const Statement& statement, PostgresGroup& group, const RowHandler* take);
  // All is encoded before anything is sent: a value that can't be bound leaves no half of a group
  // behind.
  Outcome<void> send(const PostgresGroup& group);
  // The answers of a group that was sent. Returns the first failure.
  std::optional<Failure> read(PostgresGroup& group);

  void set_own_session(bool is_own) { prepared_.set_own_session(is_own); }
  // The session is of no more use.
  bool is_dead() const { return dead_; }
  void give_up() { dead_ = true; }

 private:
  Outcome<void> send_all(const PostgresGroup& group);
  void forget_unprepared(const PostgresGroup& group);

  PostgresSession& session_;
  PostgresPrepared prepared_;
  bool dead_ = false;
};

}  // namespace winnow::database
