// One session with a database: the interface of all drivers.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "database/dialect.h"
#include "database/health.h"
#include "database/identity.h"
#include "database/pressure.h"
#include "database/schema.h"
#include "database/statement.h"
#include "database/url/settings.h"
#include "outcome/cancellation.h"
#include "outcome/failure.h"

namespace winnow::database {

// The current row of a query; its texts are valid until the handler returns.
class Row {
 public:
  virtual ~Row() = default;
  virtual std::size_t size() const = 0;
  virtual std::optional<std::string_view> text(std::size_t column) const = 0;  // nothing for NULL
};

// Returns false to stop the query early, which is not a failure.
using RowHandler = std::function<bool(const Row&)>;

enum class AfterBatch { stay_open, commit };

// How the server would run a statement, from its EXPLAIN.
struct QueryPlan {
  std::vector<std::string> indexes;  // by name, each once
  std::vector<std::string> scans;    // tables that are read completely
  std::string text;                  // as the server prints it, one line per node
  // How many matching rows the server expects in the first table that it reads, before any LIMIT
  // and any count; nothing if it expects none or does not say.
  std::optional<std::int64_t> rows = {};
};

// A named lock of the server. One session at a time has it, until that session releases it or ends
// in any way.
struct SessionLock {
  // This connection's session has it.
  bool is_own = false;
  // Who has it: the server's number of the session, and a description for a person, with what the
  // server tells this user about it.
  std::string session = {};
  std::string holder = {};
};

// Not thread-safe: one thread at a time. Every call checks the Cancellation that the connection was
// opened with, before and while it waits. It then fails as `cancelled`, and the statement in flight
// is interrupted on the server. After `unavailable` the connection is unusable. Failures carry the
// server's SQLSTATE and whether a retry may help.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;  // rolls back an open transaction

  // Outlives the connection.
  virtual const Dialect& dialect() const = 0;

  // Asks the server where this connection leads; the server's name, which costs another query, only
  // on request.
  enum class Ask { place, place_and_server };
  virtual Outcome<Identity> identify(Ask ask) = 0;

  // Reads the catalog, read-only, in as few round trips as possible. Missing tables are left out.
  virtual Outcome<Schema> probe(std::span<const std::string> tables) = 0;

  // The part of the catalog that a listing needs (reading.h), or the rows of a query with one
  // column. It may return an earlier result of this process without asking the server. Then the
  // next query checks it in its own round trip, and fails before any row reaches the handler if the
  // result has changed.
  virtual Outcome<Schema> recall(std::span<const std::string> tables) { return probe(tables); }
  virtual Outcome<TextList> recall_texts(const Statement& statement);
  // After a failure: whether a recalled result is out of date or not confirmed yet, so that the
  // same call may succeed. From now on this connection asks the server.
  virtual bool stop_recalling() { return false; }

  // Starts a transaction (READ COMMITTED; lock waits limited to Settings::lock_timeout_ms). A
  // driver may send it together with the first statement.
  virtual Outcome<void> begin() = 0;
  virtual Outcome<void> rollback() = 0;

  // Runs a query and streams its rows to the handler; memory does not grow with their number. The
  // handler must not use this connection.
  virtual Outcome<void> query(const Statement& statement, const RowHandler& handler) = 0;

  // Runs statements in order, in one round trip if the protocol allows it, and commits after the
  // last one if requested. Returns the number of rows that each one changed. On a failure the
  // transaction is rolled back; if the connection breaks after COMMIT was sent, the failure is
  // `commit_in_doubt`.
  virtual Outcome<std::vector<std::int64_t>> execute(std::span<const Statement> statements,
                                                     AfterBatch after) = 0;

  // A name by which another connection can ask for the outcome of the transaction that execute()
  // last left open, for when the reply to its COMMIT is lost. Empty: this server can't tell.
  virtual std::string transaction_name() const { return {}; }
  // Whether that transaction was committed. Nothing: the server no longer knows. If the server has
  // not ended it yet, this fails as a conflict: ask again.
  virtual Outcome<std::optional<bool>> was_committed(const std::string& /*transaction_name*/) {
    return std::optional<bool>();
  }

  virtual Outcome<QueryPlan> explain(const Statement& statement) = 0;
  // The plan of each, in order, in as few round trips as possible.
  virtual Outcome<std::vector<QueryPlan>> explain_all(std::span<const Statement> statements);

  // For a connection that is kept for the next call (kept_connection.h).
  //
  // Called before any work: notes the kind of its server. False: the connection can serve only one
  // call, because of its own kind, or because its server is not `wanted`.
  virtual Outcome<bool> can_be_kept(Target /*wanted*/) { return false; }
  // The call that it served has succeeded: releases what belongs to that call. False: close the
  // connection.
  virtual bool rest() { return false; }
  // Serves the next call, whose first round trip also checks whether the server is unchanged.
  virtual void resume(const Cancellation& /*cancellation*/, const OnLockWait& /*on_lock_wait*/) {}
  // After a failure: it was caused while the connection was kept, this call got no reply, and a new
  // connection may succeed.
  virtual bool is_outdated() const { return false; }

  // Measures the tables of a probed schema, read-only and without reading their rows. Figures that
  // the user may not see are left out.
  virtual Outcome<Health> examine(const Schema& schema) = 0;

  // Takes the lock of that name, in this database, unless another session has it; does not wait.
  // Fails as `configuration` if a pooler or a proxy gives this connection no session of its own.
  virtual Outcome<SessionLock> take_lock(const std::string& name) = 0;
  // Whether this session still has the lock that it took.
  virtual Outcome<bool> has_lock(const std::string& name) = 0;
  virtual Outcome<void> release_lock(const std::string& name) = 0;

  // The server's current load. Outside a transaction. Figures that this user may not see are left
  // out.
  virtual Outcome<Pressure> pressure(const PressureQuestion& /*question*/) { return Pressure{}; }
  // For a replica: how many of these positions, which its primary's pressure() reported, oldest
  // first, it has applied. A server that is not (or no longer) a replica has applied all.
  virtual Outcome<std::int64_t> applied(const TextList& positions) {
    return static_cast<std::int64_t>(positions.size());
  }
};

// For the drivers: who has a lock, by a statement that returns the number of the session and its
// description for a person, in at most one row.
Outcome<SessionLock> holder_in(Connection& connection, const Statement& statement);

// For the drivers: ends a call that failed. Rolls the transaction back, and reports `cancelled` if
// a session was lost because the driver was asked to cancel.
tl::unexpected<Failure> give_up(Connection& connection, Failure failure, bool asked_to_cancel);

// Connects, and compares where the connection leads with Settings::expected. Of several hosts it
// uses the first that matches Settings::target; with `any` that is the primary, if there is one.
// Settings::connect_timeout_ms applies to each host.
//
// Fails as `unavailable` (unreachable, refused log-in, unknown database) or `configuration` (the
// settings can't be used, or lead elsewhere). `cancellation` must outlive the connection.
Outcome<std::unique_ptr<Connection>> connect(const Settings& settings,
                                             const Cancellation& cancellation);

}  // namespace winnow::database
