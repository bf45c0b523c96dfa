// libmariadb without its waits: every wait here is a poll(2) that also sees the Cancellation and a
// deadline.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mysql.h>
#include <optional>
#include <string>
#include <type_traits>

#include "database/mysql/client/cancel.h"
#include "database/url/settings.h"
#include "outcome/cancellation.h"
#include "outcome/failure.h"
#include "outcome/try.h"

namespace winnow::database {

class MysqlSession {
 public:
  // Connected, logged in, and set up (session.cpp: what a session of winnow's is like).
  static Outcome<std::unique_ptr<MysqlSession>> open(const Settings& settings,
                                                     const Cancellation& cancellation);
  MysqlSession(const MysqlSession&) = delete;
  MysqlSession& operator=(const MysqlSession&) = delete;
  ~MysqlSession();

  MYSQL* handle() const { return mysql_.get(); }
  // Whether the server is vtgate, the proxy of a sharded Vitess.
  bool is_vitess() const { return is_vitess_; }

  // Runs one of the connector's calls that may wait: `start` begins it, `resume` continues it once
  // the socket is ready; both return what to wait for next, 0 at the end. A failure here means that
  // the connection is lost; the call's own result says whether it succeeded.
  using Start = std::function<int()>;
  using Resume = std::function<int(int)>;
  Outcome<void> drive(const Start& start, const Resume& resume);
  // The same for a pair such as mysql_real_query_start and _cont, which store the call's own
  // result.
  template <class Result, class Handle, class... Arguments>
  Outcome<Result> call(int (*begin)(Result*, Handle*, Arguments...),
                       int (*go_on)(Result*, Handle*, int), Handle* handle,
                       std::type_identity_t<Arguments>... arguments) {
    Result result{};
    WINNOW_CHECK(drive([&] { return begin(&result, handle, arguments...); },
                       [&](int ready) { return go_on(&result, handle, ready); }));
    return result;
  }

  // Sends a statement without values, by the text protocol. The caller reads its result. The first
  // statement also sets up the session in its round trip.
  Outcome<void> send(const std::string& sql);
  // Sets up the session if nothing was sent yet: before a statement that can't include the set-up.
  Outcome<void> set_up();
  // For a text of several statements, if there is another result.
  Outcome<void> go_to_next_result();

  // On a requested cancellation the server is asked once, over another connection, to stop the
  // statement in flight; what it then answers comes out like any other answer. Called while
  // waiting; who reads rows calls it too.
  void check_cancellation();
  bool asked_to_cancel() const { return asked_to_cancel_; }

  // Sets the Cancellation to check from now on (nullptr: none), and the receiver of lock waits.
  void serve(const Cancellation* cancellation, OnLockWait on_lock_wait);

  // For a rollback: until leave_cleanup() cancellation is ignored, and waits have a timeout.
  void enter_cleanup();
  void leave_cleanup();

  // Whether the server has already closed the connection: nothing was sent, so nothing is in doubt.
  bool hung_up();
  bool broken() const { return broken_; }
  void give_up();

  // The error of the last call on the connection; marks the connection as broken if it is. `lost`
  // is for a connection that the server closed.
  Failure failure();
  Failure failure(unsigned int number, const char* sqlstate, const char* message);
  Failure lost();

 private:
  using Clock = std::chrono::steady_clock;
  class Driving;
  struct Closer {
    void operator()(MYSQL* mysql) const { mysql_close(mysql); }
  };

  MysqlSession(const Settings& settings, const Cancellation& cancellation);
  Outcome<void> start();
  Outcome<void> check_server();
  Outcome<void> send_as_it_is(const std::string& sql);
  bool left_without_buffer() const;
  Failure abandon();
  Outcome<int> wait(int wanted);
  static int wait_inside(my_socket socket, my_bool reads, int timeout);
  Outcome<int> poll_until(Clock::time_point deadline, int wanted);
  Outcome<void> look_after(std::chrono::milliseconds waited);
  std::string peer() const;  // the server's address, in the form of peer_of()
  bool is_cancelled() const { return cancellation_ != nullptr && cancellation_->requested(); }
  bool watches() const { return cancellation_ != nullptr && !in_cleanup_ && !asked_to_cancel_; }
  void send_kill();
  void shorten_the_wait();
  MysqlSessionMark mark() const;

  Settings settings_;
  const Cancellation* cancellation_;  // nullptr: it serves no call
  const std::string attribute_ = new_mysql_session_attribute();
  std::string name_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<MYSQL, Closer> mysql_;
  Clock::time_point deadline_ = Clock::time_point::max();
  std::optional<Failure> failed_inside_;  // ended a wait inside the connector
  bool is_set_up_ = false;
  bool result_may_fail_to_come_ = false;  // for a statement after the first of a text
  bool told_what_is_missing_ = false;     // the right to see who has a lock
  bool uses_tls_ = false;
  bool is_vitess_ = false;
  bool connected_ = false;
  bool driving_ = false;  // a call that may wait has begun and not ended
  bool in_cleanup_ = false;
  bool asked_to_cancel_ = false;
  bool broken_ = false;
};

}  // namespace winnow::database
