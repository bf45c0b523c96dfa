#include "database/postgres/client/session.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <optional>
#include <poll.h>
#include <system_error>
#include <vector>

#include "database/postgres/client/options.h"
#include "database/postgres/errors.h"
#include "database/url/silence.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

void ignore_notice(void* /*context*/, const PGresult* /*notice*/) {}

int poll_timeout(std::chrono::steady_clock::time_point deadline) {
  if (deadline == std::chrono::steady_clock::time_point::max()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 86'400'000));
}

}  // namespace

PostgresSession::PostgresSession(const Settings& settings, const Cancellation& cancellation)
    : cancellation_(&cancellation),
      name_(settings.safe_name()),
      timeout_(settings.connect_timeout_ms) {}

Outcome<std::unique_ptr<PostgresSession>> PostgresSession::open(const Settings& settings,
                                                                const Cancellation& cancellation) {
  std::unique_ptr<PostgresSession> session(new PostgresSession(settings, cancellation));  // NOLINT
  auto started = session->start(settings);
  if (!started) {
    auto failure = std::move(started.error());
    if (failure.kind == FailureKind::unavailable) {
      failure.message = session->name_ + ": " + failure.message;
      const bool refused = failure.sqlstate.starts_with("28");
      if (refused && settings.password.empty()) failure.message += "; no password is configured";
    }
    return fail(std::move(failure));
  }
  return session;
}

Outcome<void> PostgresSession::start(const Settings& settings) {
  const auto deadline = Clock::now() + timeout_;
  WINNOW_TRY(const auto options, libpq_options(settings));
  std::vector<const char*> names;
  std::vector<const char*> values;
  for (const auto& [name, value] : options) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  // dbname is a name and never a connection string in a name's place: expand_dbname is 0.
  connection_.reset(PQconnectStartParams(names.data(), values.data(), 0));
  if (!connection_) return fail(FailureKind::no_memory, "no memory for a connection");
  PQsetNoticeReceiver(connection_.get(), ignore_notice, nullptr);  // the default writes to stderr
  PQsetErrorVerbosity(connection_.get(), PQERRORS_VERBOSE);        // for the SQLSTATE
  if (PQstatus(connection_.get()) == CONNECTION_BAD) {
    return fail(postgres_connect_failure(PQerrorMessage(connection_.get())));
  }
  WINNOW_CHECK(finish_log_in(deadline));
  PQsetErrorVerbosity(connection_.get(), PQERRORS_DEFAULT);
  if (PQsetnonblocking(connection_.get(), 1) != 0 || PQenterPipelineMode(connection_.get()) != 1) {
    return fail(lost());
  }
  return {};
}

Outcome<void> PostgresSession::finish_log_in(Clock::time_point deadline) {
  auto state = PGRES_POLLING_WRITING;
  while (true) {
    if (is_cancelled()) return fail(FailureKind::cancelled, "cancelled while connecting");
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    WINNOW_CHECK(wait(events, deadline));
    if (is_cancelled()) continue;
    state = PQconnectPoll(connection_.get());
    if (state == PGRES_POLLING_OK) return {};
    if (state == PGRES_POLLING_FAILED) return fail(log_in_failure());
  }
}

// A password that was asked for and is not there is libpq's own failure, without a SQLSTATE.
Failure PostgresSession::log_in_failure() const {
  auto failure = postgres_connect_failure(PQerrorMessage(connection_.get()));
  if (!failure.sqlstate.empty() || PQconnectionNeedsPassword(connection_.get()) == 0) {
    return failure;
  }
  constexpr const char* kInvalidPassword = "28P01";
  failure.sqlstate = kInvalidPassword;
  failure.retryable = false;
  return failure;
}

// Returns when the socket is ready or a cancellation is to be looked at.
Outcome<void> PostgresSession::wait(short events, Clock::time_point deadline) {
  WINNOW_TRY(const bool ready, poll_until(events, deadline));
  if (ready || Clock::now() < deadline) return {};
  return fail(Failure{
      .kind = FailureKind::unavailable,
      .message = "the server did not answer within " + std::to_string(timeout_.count()) + " ms",
      .retryable = true});
}

// The same, and has the wait looked after when `look` has come. What arrives meanwhile is an answer
// all the same.
Outcome<void> PostgresSession::wait_for_answer(short events, Clock::time_point began,
                                               Clock::time_point& look) {
  if (!slow_ || !watches() || look > deadline_) return wait(events, deadline_);
  WINNOW_TRY(const bool ready, poll_until(events, look));
  auto now = Clock::now();
  if (ready || now < look) return {};
  auto looked = slow_(std::chrono::duration_cast<std::chrono::milliseconds>(now - began));
  now = Clock::now();
  look = now + kBetweenLockReports;
  if (looked) return {};
  WINNOW_TRY(const bool answered, poll_until(events, now));
  return answered ? Outcome<void>{} : looked;
}

// False where the time is up, or there is a cancellation to look at.
Outcome<bool> PostgresSession::poll_until(short events, Clock::time_point deadline) {
  const bool watching = watches();
  const int wake = watching ? cancellation_->wake_descriptor() : -1;
  std::array<pollfd, 2> descriptors = {pollfd{PQsocket(connection_.get()), events, 0},
                                       pollfd{wake, POLLIN, 0}};
  auto timeout = poll_timeout(deadline);
  // Without a descriptor to wake by, cancellation is looked for now and then.
  constexpr int kGlance = 100;
  const bool glances = watching && wake < 0;
  if (glances) timeout = timeout < 0 ? kGlance : std::min(timeout, kGlance);
  const int ready = ::poll(descriptors.data(), descriptors.size(), timeout);
  if (ready < 0 && errno != EINTR) {
    return fail(FailureKind::internal, "poll: " + std::system_category().message(errno));
  }
  return ready != 0;
}

Outcome<void> PostgresSession::send(const std::string& sql, const PostgresParameters& parameters) {
  const auto values = parameters.pointers();
  const int sent = PQsendQueryParams(connection_.get(), sql.c_str(), parameters.size(), nullptr,
                                     values.data(), nullptr, nullptr, 0);
  if (sent == 1) return {};
  return fail(lost());
}

Outcome<void> PostgresSession::send_prepare(const std::string& name, const std::string& sql) {
  if (PQsendPrepare(connection_.get(), name.c_str(), sql.c_str(), 0, nullptr) == 1) return {};
  return fail(lost());
}

Outcome<void> PostgresSession::send_prepared(const std::string& name,
                                             const PostgresParameters& parameters) {
  const auto values = parameters.pointers();
  const int sent = PQsendQueryPrepared(connection_.get(), name.c_str(), parameters.size(),
                                       values.data(), nullptr, nullptr, 0);
  if (sent == 1) return {};
  return fail(lost());
}

Outcome<void> PostgresSession::send_sync() {
  if (PQpipelineSync(connection_.get()) == 1) return {};
  return fail(lost());
}

Outcome<PostgresResult> PostgresSession::next() {
  std::optional<Clock::time_point> began;
  Clock::time_point look;
  while (true) {
    if (is_cancelled() && watches()) ask_to_cancel();
    const int unsent = PQflush(connection_.get());
    // What the server said before it hung up is still to be read: a failed flush alone ends
    // nothing.
    if (PQisBusy(connection_.get()) == 0) return PostgresResult(PQgetResult(connection_.get()));
    // libpq takes an answer for which it finds no memory for one that is not whole yet, and would
    // have it waited for without end.
    const PostgresResult small(PQmakeEmptyPGresult(connection_.get(), PGRES_COMMAND_OK));
    if (!small) throw std::bad_alloc();
    const auto events = static_cast<short>(unsent == 1 ? POLLIN | POLLOUT : POLLIN);
    if (!began) {
      began = Clock::now();
      look = *began + first_slow_;
    }
    WINNOW_CHECK(wait_for_answer(events, *began, look));
    if (PQconsumeInput(connection_.get()) == 0 && PQisBusy(connection_.get()) != 0) {
      return fail(lost());
    }
  }
}

void PostgresSession::ask_to_cancel() {
  cancel_ = std::make_unique<PostgresCancel>(connection_.get());
  deadline_ = Clock::now() + timeout_;
}

void PostgresSession::enter_cleanup() {
  in_cleanup_ = true;
  deadline_ = Clock::now() + timeout_;
  if (cancel_) cancel_->wait_until(deadline_);
}

void PostgresSession::leave_cleanup() {
  in_cleanup_ = false;
  if (!cancel_) deadline_ = Clock::time_point::max();
}

bool PostgresSession::hung_up() {
  pollfd descriptor{PQsocket(connection_.get()), POLLIN, 0};
  if (broken()) return true;
  return ::poll(&descriptor, 1, 0) > 0 && PQconsumeInput(connection_.get()) == 0;
}

std::string PostgresSession::peer() const {
  return peer_of(PQsocket(connection_.get()));
}

Failure PostgresSession::lost() const {
  auto failure = postgres_failure({}, PQerrorMessage(connection_.get()), false);
  failure.message = name_ + ": " + failure.message;
  return failure;
}

}  // namespace winnow::database
