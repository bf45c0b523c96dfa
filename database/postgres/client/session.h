// libpq without its waits: every wait here is a poll(2) that also sees the Cancellation and a
// deadline. The connection is always in pipeline mode, so that several statements take one round
// trip.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "database/postgres/client/cancel.h"
#include "database/postgres/client/parameters.h"
#include "database/url/settings.h"
#include "outcome/cancellation.h"
#include "outcome/failure.h"

namespace winnow::database {

struct ResultClearer {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, ResultClearer>;

class PostgresSession {
 public:
  static Outcome<std::unique_ptr<PostgresSession>> open(const Settings& settings,
                                                        const Cancellation& cancellation);

  // Puts a statement (unnamed, so that it works through a pooler) into the pipeline, or the end of
  // a group.
  Outcome<void> send(const std::string& sql, const PostgresParameters& parameters);
  Outcome<void> send_sync();
  // The same under a name, which belongs to the session: only without a pooler that shares it.
  Outcome<void> send_prepare(const std::string& name, const std::string& sql);
  Outcome<void> send_prepared(const std::string& name, const PostgresParameters& parameters);

  // The next result; nullptr ends each statement's results. If cancellation was requested, asks the
  // server once to stop, and returns its reply like any other result.
  Outcome<PostgresResult> next();

  // The rows of the next statement arrive one by one. Call it before that statement's first next().
  void stream_rows() { PQsetSingleRowMode(connection_.get()); }

  // Called while next() waits for a statement: after `first`, and then every few seconds, with the
  // time waited so far. It must not use this session; its failure ends the wait.
  using OnSlow = std::function<Outcome<void>(std::chrono::milliseconds waited)>;
  void on_slow(std::chrono::milliseconds first, OnSlow slow) {
    first_slow_ = first;
    slow_ = std::move(slow);
  }
  int backend() const { return PQbackendPID(connection_.get()); }
  std::string peer() const;  // the server's address, in the form of peer_of()

  // Sets the Cancellation to check from now on; nullptr: none.
  void serve(const Cancellation* cancellation) { cancellation_ = cancellation; }

  // For a rollback: until leave_cleanup() cancellation is ignored, and waits have a timeout.
  void enter_cleanup();
  void leave_cleanup();

  // Whether the server has already closed the connection: nothing was sent, so nothing is in doubt.
  bool hung_up();
  bool broken() const { return PQstatus(connection_.get()) != CONNECTION_OK; }
  bool asked_to_cancel() const { return cancel_ != nullptr; }
  int server_version() const { return PQserverVersion(connection_.get()); }

  Failure lost() const;  // the connection is lost; libpq's message

 private:
  using Clock = std::chrono::steady_clock;
  struct Finisher {
    void operator()(PGconn* connection) const { PQfinish(connection); }
  };

  PostgresSession(const Settings& settings, const Cancellation& cancellation);
  Outcome<void> start(const Settings& settings);
  Failure log_in_failure() const;
  Outcome<void> finish_log_in(Clock::time_point deadline);
  Outcome<void> wait(short events, Clock::time_point deadline);
  Outcome<bool> poll_until(short events, Clock::time_point deadline);
  Outcome<void> wait_for_answer(short events, Clock::time_point began, Clock::time_point& look);
  bool watches() const { return cancellation_ != nullptr && !in_cleanup_ && !cancel_; }
  void ask_to_cancel();

  bool is_cancelled() const { return cancellation_ != nullptr && cancellation_->requested(); }

  const Cancellation* cancellation_;  // nullptr: it serves no call
  std::string name_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<PGconn, Finisher> connection_;
  std::unique_ptr<PostgresCancel> cancel_;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool in_cleanup_ = false;
  std::chrono::milliseconds first_slow_{};
  OnSlow slow_;
};

}  // namespace winnow::database
