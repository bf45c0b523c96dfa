#include "database/sqlite/connection.h"

#include <algorithm>
#include <chrono>
#include <poll.h>
#include <sqlite3.h>
#include <unistd.h>
#include <utility>

#include "database/count.h"
#include "database/sqlite/dialect.h"
#include "database/sqlite/errors.h"
#include "database/sqlite/file_lock.h"
#include "database/sqlite/plan.h"
#include "database/sqlite/probe.h"
#include "database/sqlite/statement.h"
#include "database/texts.h"
#include "document/name_pattern.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

using Clock = std::chrono::steady_clock;

struct Closer {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Handle = std::unique_ptr<sqlite3, Closer>;

std::string_view argument_of(sqlite3_value* value) {
  const auto* text = sqlite3_value_text(value);
  if (text == nullptr) return {};
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

// winnow_fits(name, pattern), of sqlite_dialect().fits(): NULL for NULL.
void fits(sqlite3_context* context, int /*count*/, sqlite3_value** arguments) {
  if (sqlite3_value_type(arguments[0]) == SQLITE_NULL) return sqlite3_result_null(context);
  try {
    const document::NamePattern pattern(argument_of(arguments[1]));
    sqlite3_result_int(context, pattern.matches(argument_of(arguments[0])) ? 1 : 0);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(const Settings& settings, const Cancellation& cancellation, Handle handle)
      : timeout_(settings.lock_timeout_ms),
        on_lock_wait_(settings.on_lock_wait),
        cancellation_(cancellation),
        handle_(std::move(handle)) {
    constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's machine: well under a millisecond
    sqlite3_busy_handler(handle_.get(), on_busy, this);
    sqlite3_progress_handler(handle_.get(), kStepsBetweenLooks, on_progress, this);
  }

  const Dialect& dialect() const override { return sqlite_dialect(); }

  Outcome<Identity> identify(Ask /*ask*/) override {
    return fail(FailureKind::configuration,
                "`database.expect` goes with PostgreSQL and MySQL: SQLite has no server to ask",
                "/database/expect");
  }

  Outcome<Schema> probe(std::span<const std::string> tables) override {
    if (cancellation_.requested()) return fail(cancelled_failure());
    Schema schema;
    schema.server = std::string("SQLite ") + sqlite3_libversion();
    const bool writable = sqlite3_db_readonly(handle_.get(), "main") == 0;
    for (const auto& name : tables) {
      auto table = probe_sqlite_table(handle_.get(), name, writable);
      if (!table) return give_up(std::move(table.error()));
      if (*table) schema.tables.emplace(name, std::move(**table));
    }
    return schema;
  }

  Outcome<void> begin() override {
    if (cancellation_.requested()) return fail(cancelled_failure());
    if (in_transaction()) {
      return fail(FailureKind::internal, "a transaction was begun inside another");
    }
    // At once with the write lock: a transaction that reads first and writes later can fail in its
    // middle.
    auto begun = run(plain("BEGIN IMMEDIATE"));
    if (!begun) return give_up(std::move(begun.error()));
    return {};
  }

  Outcome<void> rollback() override {
    if (!in_transaction()) return {};
    in_cleanup_ = true;
    auto done = run(plain("ROLLBACK"));
    in_cleanup_ = false;
    if (!done) return fail(std::move(done.error()));
    return {};
  }

  Outcome<void> query(const Statement& statement, const RowHandler& handler) override {
    auto read = read_rows(statement, handler);
    if (!read) return give_up(std::move(read.error()));
    return {};
  }

  Outcome<std::vector<std::int64_t>> execute(std::span<const Statement> statements,
                                             AfterBatch after) override {
    if (cancellation_.requested()) return fail(cancelled_failure());
    if (!in_transaction()) {
      WINNOW_CHECK(begin());
    }
    std::vector<std::int64_t> changed;
    for (const auto& statement : statements) {
      auto rows = run(statement);
      if (!rows) return give_up(std::move(rows.error()));
      changed.push_back(*rows);
    }
    if (after == AfterBatch::stay_open) return changed;
    if (auto committed = run(plain("COMMIT")); !committed)
      return give_up(std::move(committed.error()));
    return changed;
  }

  Outcome<QueryPlan> explain(const Statement& statement) override {
    const Statement explained{.sql = "EXPLAIN QUERY PLAN " + statement.sql,
                              .parameters = statement.parameters};
    constexpr std::size_t kDetail = 3;
    std::vector<std::string> details;
    WINNOW_CHECK(query(explained, [&](const Row& row) {
      details.push_back(cell_of(row, kDetail));
      return true;
    }));
    WINNOW_TRY(const auto tables,
               texts_of(*this, plain("SELECT name FROM sqlite_schema WHERE type = 'table'")));
    return sqlite_plan(details, tables, statement.sql);
  }

  Outcome<Health> examine(const Schema& schema) override {
    WINNOW_TRY(
        const auto pages,
        numbers_of(*this, plain("SELECT page_size, page_count, freelist_count FROM "
                                "pragma_page_size, pragma_page_count, pragma_freelist_count")));
    const auto page_size = pages.at(0);
    const auto page_count = pages.at(1);
    const auto free_pages = pages.at(2);
    Health health;
    // The probe's estimate, the greatest row number, stays high after a purge. An index of the
    // table is read for the count.
    for (const auto& [name, table] : schema.tables) {
      WINNOW_TRY(health.tables[name].rows,
                 count_of(*this, plain("SELECT count(*) FROM " + dialect().quoted(name))));
    }
    health.numbers = {{"bytes", page_count * page_size}, {"freeBytes", free_pages * page_size}};
    constexpr std::int64_t kQuarter = 4;
    if (free_pages * kQuarter > page_count) {
      health.findings.push_back(
          {.table = {},
           .problem = "more than a quarter of the file is free pages",
           .remedy = "VACUUM gives them back, and rewrites the file while nothing else uses it"});
    }
    return health;
  }

  Outcome<SessionLock> take_lock(const std::string& name) override {
    SessionLock lock;
    const char* file = sqlite3_db_filename(handle_.get(), "main");
    WINNOW_TRY(lock_, SqliteFileLock::take(file == nullptr ? "" : file, name, lock));
    lock.is_own = lock_ != nullptr;
    return lock;
  }

  Outcome<bool> has_lock(const std::string& /*name*/) override { return lock_ != nullptr; }
  Outcome<void> release_lock(const std::string& /*name*/) override {
    lock_.reset();
    return {};
  }

 private:
  // Another connection holds the lock. Waits a little and asks SQLite to try again, until the
  // timeout has passed.
  static int on_busy(void* self, int attempt) {
    auto& connection = *static_cast<SqliteConnection*>(self);
    const auto now = Clock::now();
    if (attempt == 0) {
      connection.waiting_since_ = now;
      connection.next_report_ = now + kFirstLockReport;
    }
    const auto waited = now - connection.waiting_since_;
    if (waited >= connection.timeout_) return 0;
    if (connection.on_lock_wait_ && now >= connection.next_report_) {
      connection.next_report_ = now + kBetweenLockReports;
      connection.on_lock_wait_(
          {.waited = std::chrono::duration_cast<std::chrono::milliseconds>(waited),
           .what = "the lock on the database file, which another program holds"});
    }
    pollfd wake{connection.cancellation_.wake_descriptor(), POLLIN, 0};
    ::poll(&wake, 1, std::min(1 + attempt, 25));
    return connection.cancellation_.requested() ? 0 : 1;
  }

  static int on_progress(void* self) {
    const auto& connection = *static_cast<SqliteConnection*>(self);
    return !connection.in_cleanup_ && connection.cancellation_.requested() ? 1 : 0;
  }

  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

  Outcome<std::int64_t> run(const Statement& statement) {
    WINNOW_TRY(auto prepared, SqliteStatement::prepare(handle_.get(), statement));
    const auto before = sqlite3_total_changes64(handle_.get());
    while (true) {
      WINNOW_TRY(const auto stepped, prepared.step());
      if (!stepped) break;
    }
    // A statement that changes no rows leaves the count of the one before it standing.
    if (sqlite3_total_changes64(handle_.get()) == before) return 0;
    return sqlite3_changes64(handle_.get());
  }

  Outcome<void> read_rows(const Statement& statement, const RowHandler& handler) {
    WINNOW_TRY(auto prepared, SqliteStatement::prepare(handle_.get(), statement));
    while (true) {
      if (cancellation_.requested()) return fail(cancelled_failure());
      WINNOW_TRY(const auto stepped, prepared.step());
      if (!stepped || !handler(prepared)) return {};
    }
  }

  tl::unexpected<Failure> give_up(Failure failure) {
    // A lock that was given up on because of a cancellation is told as such.
    if (cancellation_.requested() && failure.kind == FailureKind::conflict) {
      failure = cancelled_failure();
    }
    (void)rollback();
    return fail(std::move(failure));
  }

  std::chrono::milliseconds timeout_;
  const OnLockWait on_lock_wait_;
  const Cancellation& cancellation_;
  Clock::time_point waiting_since_;
  Clock::time_point next_report_;
  std::unique_ptr<SqliteFileLock> lock_;
  bool in_cleanup_ = false;  // a rollback is not to be interrupted
  Handle handle_;
};

int open_flags(const Settings& settings) {
  const auto mode = settings.options.find("mode");
  const std::string_view wanted =
      mode == settings.options.end() ? "rw" : std::string_view(mode->second);
  if (wanted == "ro") return SQLITE_OPEN_READONLY;
  return SQLITE_OPEN_READWRITE | (wanted == "rwc" ? SQLITE_OPEN_CREATE : 0);
}

tl::unexpected<Failure> cannot_open(const Settings& settings, int code, std::string_view message) {
  auto failure = sqlite_failure(code, message);
  failure.message = settings.safe_name() + ": " + failure.message;
  if (failure.kind == FailureKind::unavailable && (code & 0xff) == SQLITE_CANTOPEN) {
    failure.message +=
        "; check that the file exists, and may be read, or make one with winnow-sample";
  }
  return fail(std::move(failure));
}

// Where a file can't be opened for writing at the moment (no descriptor was left), SQLite opens it
// for reading and says nothing: it would look as if the user may delete from no table.
bool opened_for_reading_instead(const Settings& settings, sqlite3* opened, int flags) {
  return (flags & SQLITE_OPEN_READWRITE) != 0 && sqlite3_db_readonly(opened, "main") == 1 &&
         ::access(settings.database.c_str(), W_OK) == 0;
}

}  // namespace

Outcome<std::unique_ptr<Connection>> connect_sqlite(const Settings& settings,
                                                    const Cancellation& cancellation) {
  if (cancellation.requested()) return fail(FailureKind::cancelled, "cancelled while connecting");
  sqlite3* opened = nullptr;
  constexpr int kEach = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE;
  const int flags = open_flags(settings);
  const int code = sqlite3_open_v2(settings.database.c_str(), &opened, flags | kEach, nullptr);
  Handle handle(opened);
  if (code != SQLITE_OK) return cannot_open(settings, code, sqlite3_errstr(code));
  if (opened_for_reading_instead(settings, opened, flags)) {
    return fail(Failure{.kind = FailureKind::unavailable,
                        .message = settings.safe_name() +
                                   ": SQLite: the file could be opened for reading alone, although "
                                   "it may be written",
                        .retryable = true});
  }
  const int added =
      sqlite3_create_function_v2(opened, "winnow_fits", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC,
                                 nullptr, fits, nullptr, nullptr, nullptr);
  if (added != SQLITE_OK) return cannot_open(settings, added, sqlite3_errstr(added));
  auto connection = std::make_unique<SqliteConnection>(settings, cancellation, std::move(handle));
  // The file is not looked at before something is read from it.
  auto read = connection->query(plain("SELECT count(*) FROM sqlite_schema"),
                                [](const Row& /*row*/) { return true; });
  if (!read) {
    auto failure = std::move(read.error());
    failure.message = settings.safe_name() + ": " + failure.message;
    return fail(std::move(failure));
  }
  return connection;
}

}  // namespace winnow::database
