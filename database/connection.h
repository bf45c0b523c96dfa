// One session with a database. What the engines may ask of any driver.
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

// The row that a query stands on; its texts are valid until the handler returns.
class Row {
 public:
  virtual ~Row() = default;
  virtual std::size_t size() const = 0;
  virtual std::optional<std::string_view> text(std::size_t column) const = 0;  // nothing for NULL
};

// Returns false to stop the query early; that is no failure.
using RowHandler = std::function<bool(const Row&)>;

enum class AfterBatch { stay_open, commit };

// How the server would run a statement, from its EXPLAIN.
struct QueryPlan {
  std::vector<std::string> indexes;  // by name, each once
  std::vector<std::string> scans;    // tables that are read from end to end
  std::string text;                  // as the server prints it, one line a node
  // How many rows of the first table that it reads the server expects to fit, before any LIMIT and
  // any count; nothing where it expects none or does not say.
  std::optional<std::int64_t> rows = {};
};

// A lock of the server, by name, which one session at a time has, until that session releases it or
// ends in whatever way.
struct SessionLock {
  // This connection's session has it.
  bool is_own = false;
  // Who has it: the server's number of the session, and the same for a person, with what the server
  // tells this user of it.
  std::string session = {};
  std::string holder = {};
};

// Not thread-safe: one thread at a time. Every call checks the Cancellation it was opened with
// before and while it waits, and ends as `cancelled` with the statement in flight interrupted on
// the server. After `unavailable` the connection is of no more use. Failures carry the server's
// SQLSTATE and whether a retry may help.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;  // rolls back what is open

  // Outlives the connection.
  virtual const Dialect& dialect() const = 0;

  // Asks the server where this connection leads; its own name, which costs a further question, only
  // where that is wanted.
  enum class Ask { place, place_and_server };
  virtual Outcome<Identity> identify(Ask ask) = 0;

  // Reads the catalog, read-only, in as few round trips as can be. A table that is missing is left
  // out.
  virtual Outcome<Schema> probe(std::span<const std::string> tables) = 0;

  // What a listing has to know (reading.h), and a query of one column. An answer that this process
  // has had before may be given without asking: the next query then asks once more in its own round
  // trip, and fails before a row of its own reaches the handler where the answer is another one.
  virtual Outcome<Schema> recall(std::span<const std::string> tables) { return probe(tables); }
  virtual Outcome<TextList> recall_texts(const Statement& statement);
  // After a failure: whether what was recalled is out of date, or was not confirmed yet, so that
  // the same call may do well. From now on this connection asks.
  virtual bool stop_recalling() { return false; }

  // Starts a transaction (READ COMMITTED; lock waits bounded by Settings::lock_timeout_ms). A
  // driver may send it together with the first statement.
  virtual Outcome<void> begin() = 0;
  virtual Outcome<void> rollback() = 0;

  // Runs a query; rows are streamed to the handler, memory does not grow with their number. The
  // handler must not use this connection.
  virtual Outcome<void> query(const Statement& statement, const RowHandler& handler) = 0;

  // Runs statements in their order, in one round trip where the protocol allows, and commits after
  // the last one when asked to. Returns the rows that each one changed. On a failure the
  // transaction is rolled back; a broken connection after COMMIT was sent gives `commit_in_doubt`.
  virtual Outcome<std::vector<std::int64_t>> execute(std::span<const Statement> statements,
                                                     AfterBatch after) = 0;

  // A name by which another connection can ask what became of the transaction that execute() left
  // open last; for when the reply to its COMMIT is lost. Empty: this server can't tell.
  virtual std::string transaction_name() const { return {}; }
  // Whether that transaction was committed. Nothing: the server does not know any more. One that
  // the server has not ended yet is a conflict, to be asked about again.
  virtual Outcome<std::optional<bool>> was_committed(const std::string& /*transaction_name*/) {
    return std::optional<bool>();
  }

  virtual Outcome<QueryPlan> explain(const Statement& statement) = 0;
  // A plan of each, in their order, in as few round trips as can be.
  virtual Outcome<std::vector<QueryPlan>> explain_all(std::span<const Statement> statements);

  // For a connection that waits for the next call (kept_connection.h).
  //
  // Asked before any work: notes what its server is. False: it serves one call alone, by its kind,
  // or because its server is not `wanted`.
  virtual Outcome<bool> can_be_kept(Target /*wanted*/) { return false; }
  // The call that it served did well and is over: lets go of what belongs to it. False: to be
  // closed.
  virtual bool rest() { return false; }
  // Serves the next call, whose first round trip also asks whether the server is what it was.
  virtual void resume(const Cancellation& /*cancellation*/, const OnLockWait& /*on_lock_wait*/) {}
  // After a failure: it comes of the time that the connection waited, nothing was answered to this
  // call, and a new connection may do well.
  virtual bool is_outdated() const { return false; }

  // Measures the tables of a probed schema, read-only and without reading their rows. What the user
  // may not see is left out.
  virtual Outcome<Health> examine(const Schema& schema) = 0;

  // Takes the lock of that name, in this database, unless another session has it; does not wait.
  // Fails as `configuration` where a pooler or a proxy gives this connection no session of its own.
  virtual Outcome<SessionLock> take_lock(const std::string& name) = 0;
  // Whether this session still has the lock that it took.
  virtual Outcome<bool> has_lock(const std::string& name) = 0;
  virtual Outcome<void> release_lock(const std::string& name) = 0;

  // How hard the server has it now. Outside of a transaction. What this user may not see is left
  // out.
  virtual Outcome<Pressure> pressure(const PressureQuestion& /*question*/) { return Pressure{}; }
  // Asked of a replica: how many of these positions, which its primary's pressure() told, oldest
  // first, it has applied. A server that is no replica (any more) has applied all.
  virtual Outcome<std::int64_t> applied(const TextList& positions) {
    return static_cast<std::int64_t>(positions.size());
  }
};

// For the drivers: who has a lock, by a statement that returns the number of the session and the
// same for a person, in one row at most.
Outcome<SessionLock> holder_in(Connection& connection, const Statement& statement);

// For the drivers: ends a call that failed. The transaction is rolled back, and `cancelled` is told
// where a session was lost because the driver was asked to cancel.
tl::unexpected<Failure> give_up(Connection& connection, Failure failure, bool asked_to_cancel);

// Connects, and compares what Settings::expected says with where the connection leads. Of several
// hosts the first that is of Settings::target serves; with `any` that is the primary, if there is
// one. Each host has Settings::connect_timeout_ms.
//
// Fails as `unavailable` (unreachable, refused log-in, unknown database) or `configuration` (the
// settings can't be used, or lead elsewhere). `cancellation` must outlive the connection.
Outcome<std::unique_ptr<Connection>> connect(const Settings& settings,
                                             const Cancellation& cancellation);

}  // namespace winnow::database
