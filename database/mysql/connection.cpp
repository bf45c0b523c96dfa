#include "database/mysql/connection.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <thread>
#include <utility>

#include "database/count.h"
#include "database/memory.h"
#include "database/mysql/client/answer.h"
#include "database/mysql/client/written_out.h"
#include "database/mysql/driver.h"
#include "database/mysql/errors.h"
#include "database/mysql/probe.h"
#include "database/mysql/vitess_connection.h"
#include "database/reading.h"
#include "database/texts.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// A member that has more to apply is behind for longer than a run waits for a server.
constexpr int kSecondsToCatchUp = 60;

// Several EXPLAINs are sent as one text up to this size: the server takes no more at once than its
// max_allowed_packet.
constexpr std::size_t kLongestText = 262'144;

// Which of the tables that a task asks about there were the last time, so that its rights to them
// travel with the probe: an older Kestra lacks some.
Memory<TextList>& expected_tables() {
  static Memory<TextList> tables;
  return tables;
}

// At first all are expected.
TextList expected_of(const std::string& key, std::span<const std::string> tables) {
  TextList all(tables.begin(), tables.end());
  std::sort(all.begin(), all.end());
  return expected_tables().find(key).value_or(std::move(all));
}

}  // namespace

Outcome<void> MysqlConnection::check_usable() {
  if (is_cancelled()) return fail(cancelled_failure());
  if (session_->hung_up()) return fail(session_->lost());
  return {};
}

std::string MysqlConnection::key_of(std::span<const std::string> tables) const {
  std::string key =
      settings_.host + '\n' + std::to_string(settings_.port) + '\n' + settings_.database;
  for (const auto& table : tables) key += '\n' + table;
  return key;
}

Outcome<void> MysqlConnection::open_transaction() {
  WINNOW_CHECK(run(plain("START TRANSACTION"), nullptr));
  transaction_ = Transaction::open;
  return {};
}

// A statement with values is prepared, one without goes as it is: some (START TRANSACTION) can't be
// prepared.
Outcome<std::int64_t> MysqlConnection::run(const Statement& statement, const RowHandler* handler) {
  if (is_cancelled()) return fail(cancelled_failure());
  const bool has_values = !statement.parameters.empty();
  return has_values ? run_with_values(statement, handler) : run_as_it_is(statement.sql, handler);
}

Outcome<std::int64_t> MysqlConnection::run_with_values(const Statement& statement,
                                                       const RowHandler* handler) {
  return statements_.run(statement, handler);
}

Outcome<std::int64_t> MysqlConnection::run_as_it_is(const std::string& sql,
                                                    const RowHandler* handler) {
  WINNOW_CHECK(session_->send(sql));
  return read_mysql_answer(*session_, handler);
}

// Several statements in one text, with a handler for each.
Outcome<void> MysqlConnection::run_text(const std::string& text,
                                        std::span<const RowHandler> handlers) {
  if (is_cancelled()) return fail(cancelled_failure());
  WINNOW_CHECK(session_->send(text));
  WINNOW_CHECK(read_mysql_answers(*session_, handlers));
  return {};
}

Outcome<void> MysqlConnection::begin() {
  WINNOW_CHECK(check_usable());
  if (transaction_ != Transaction::none) {
    return fail(FailureKind::internal, "a transaction was begun inside another");
  }
  transaction_ = Transaction::wanted;
  return {};
}

Outcome<void> MysqlConnection::rollback() {
  const auto was = std::exchange(transaction_, Transaction::none);
  if (was != Transaction::open || session_->broken()) return {};
  session_->enter_cleanup();
  auto done = session_->send("ROLLBACK");
  // A KILL QUERY that came too late for its statement hits the next one.
  if (!done && !session_->broken()) done = session_->send("ROLLBACK");
  session_->leave_cleanup();
  if (!done) session_->give_up();
  return done;
}

Outcome<void> MysqlConnection::query(const Statement& statement, const RowHandler& handler) {
  WINNOW_CHECK(check_usable());
  WINNOW_CHECK(ask_standing());
  if (transaction_ == Transaction::wanted) {
    if (auto begun = open_transaction(); !begun) return give_up(std::move(begun.error()));
  }
  auto done = run(statement, &handler);
  if (!done) return give_up(std::move(done.error()));
  // The rows may all have been under way when the request to stop left; the handler did not see
  // them all. `sleep()` ends without an error when it is interrupted.
  if (session_->asked_to_cancel()) return give_up(cancelled_failure());
  return {};
}

Outcome<std::vector<std::int64_t>> MysqlConnection::run_all(std::span<const Statement> statements) {
  std::vector<std::int64_t> changed;
  changed.reserve(statements.size());
  for (const auto& statement : statements) {
    WINNOW_TRY(const auto rows, run(statement, nullptr));
    changed.push_back(rows);
  }
  if (is_cancelled()) return fail(cancelled_failure());
  return changed;
}

// In doubt where its answer never came: an error that the server names says that nothing was
// committed. Not so where a member has left its group meanwhile: what it had sent to the others
// they may have committed.
Outcome<void> MysqlConnection::commit() {
  auto sent = session_->send("COMMIT");
  if (sent) {
    transaction_ = Transaction::none;
    return {};
  }
  note_failed_commit(sent.error());
  sent.error().commit_in_doubt = session_->broken();
  if (!session_->broken() && is_mysql_group_refusal(mysql_errno(session_->handle())) &&
      has_left_group()) {
    sent.error() = mysql_has_left_group(sent.error());
    session_->give_up();
  }
  return sent;
}

// It takes no writes then, and another member does. It refuses a COMMIT a moment before it says so:
// a refusal for any other reason is rare, and worth the wait.
bool MysqlConnection::has_left_group() {
  constexpr int kLooks = 15;
  constexpr std::chrono::milliseconds kBetween(100);
  for (int look = 0; look < kLooks && !is_cancelled(); ++look) {
    if (look > 0) std::this_thread::sleep_for(kBetween);
    const auto found =
        count_of(*this, plain("SELECT @@GLOBAL.super_read_only OR @@GLOBAL.offline_mode"));
    if (!found || *found != 0) return true;
  }
  return false;
}

Outcome<std::vector<std::int64_t>> MysqlConnection::execute(std::span<const Statement> statements,
                                                            AfterBatch after) {
  WINNOW_CHECK(check_usable());
  WINNOW_CHECK(ask_standing());
  const bool commits = after == AfterBatch::commit;
  if (transaction_ == Transaction::wanted && statements.empty() && commits) {
    transaction_ = Transaction::none;
    return std::vector<std::int64_t>{};
  }
  if (transaction_ != Transaction::open) {
    if (auto begun = open_transaction(); !begun) return give_up(std::move(begun.error()));
  }
  auto changed = run_all(statements);
  if (!changed) return give_up(std::move(changed.error()));
  if (!commits) return changed;
  if (auto committed = commit(); !committed) return give_up(std::move(committed.error()));
  return changed;
}

Outcome<void> MysqlConnection::check_target() {
  if (settings_.target == Target::any) return {};
  const auto statement = plain(
      "SELECT @@GLOBAL.read_only OR @@GLOBAL.super_read_only OR @@GLOBAL.innodb_read_only, "
      "(SELECT count(*) FROM performance_schema.session_variables "
      "WHERE VARIABLE_NAME = 'group_replication_consistency')");
  WINNOW_TRY(const auto numbers, numbers_of(*this, statement));
  const auto read_only = numbers.at(0);
  const bool may_be_member = numbers.at(1) > 0;
  WINNOW_CHECK(check_kind(settings_, read_only == 0,
                          read_only != 0 ? "this server is read-only"
                                         : "this server takes writes, and a standby is wanted"));
  return settings_.target == Target::primary && may_be_member ? catch_up() : Outcome<void>{};
}

// A member of a group may take writes before it has applied what the group agreed on, by
// group_replication_consistency: rows that another member's transaction removed are there still.
// That waits for as long as wait_timeout says, which is 8 hours: a member whose applier stands is
// none to go on at.
Outcome<void> MysqlConnection::catch_up() {
  WINNOW_CHECK(
      session_->send("SET SESSION group_replication_consistency = 'BEFORE', wait_timeout = " +
                     std::to_string(kSecondsToCatchUp)));
  auto caught_up = count_of(*this, plain("SELECT count(*) FROM information_schema.SCHEMATA"));
  if (!caught_up && caught_up.error().kind != FailureKind::cancelled) {
    caught_up.error().kind = FailureKind::unavailable;
    caught_up.error().retryable = true;
  }
  if (!caught_up) return fail(std::move(caught_up.error()));
  return session_->send(
      "SET SESSION group_replication_consistency = DEFAULT, wait_timeout = DEFAULT");
}

Outcome<Identity> MysqlConnection::identify(Ask ask) {
  Identity identity;
  const auto take = [&](const Row& row) {
    identity.database = row.text(0).value_or("");
    identity.server = row.text(1).value_or("");
    return true;
  };
  const bool asks_server = ask == Ask::place_and_server;
  const auto statement = asks_server ? mysql_identity_statement() : plain("SELECT DATABASE(), ''");
  WINNOW_CHECK(query(statement, take));
  if (!identity.database.empty()) identity.schemas = {identity.database};
  return identity;
}

// A text that begins with the catalog's answer, and a look in front of it, in the same round trip,
// whether the server is what it was. What fails behind that answer is the caller's to judge.
Outcome<MysqlConnection::OfCatalog> MysqlConnection::ask_catalog(const Statement& statement,
                                                                 const RowHandler* more) {
  WINNOW_CHECK(check_usable());
  std::string standing;
  OfCatalog answer;
  const bool asks_standing = standing_.take_question();
  std::vector<RowHandler> handlers;
  if (asks_standing) handlers.push_back(take_text(standing));
  handlers.push_back(take_text(answer.text));
  if (more != nullptr) handlers.push_back(*more);
  const auto read =
      run_text((asks_standing ? mysql_standing().sql + "; " : "") + statement.sql, handlers);
  const bool told = asks_standing && !standing.empty();
  if (told) WINNOW_CHECK(check_standing(standing));
  if (!read && (answer.text.empty() || session_->broken() || session_->asked_to_cancel())) {
    return give_up(read.error());
  }
  if (session_->asked_to_cancel()) return give_up(cancelled_failure());
  answer.is_whole = read.has_value();
  return answer;
}

// What only a deletion has to know takes most of the time of a probe. Nothing is remembered: the
// catalog and the page can't share a round trip.
Outcome<Schema> MysqlConnection::recall(std::span<const std::string> tables) {
  WINNOW_TRY(const auto answer, ask_catalog(mysql_reading_statement(tables), nullptr));
  WINNOW_TRY(auto schema, mysql_schema(answer.text));
  return for_reading(std::move(schema));
}

Outcome<Schema> MysqlConnection::probe(std::span<const std::string> tables) {
  const auto key = key_of(tables);
  const auto expected = expected_of(key, tables);
  std::size_t explained_rows = 0;
  const RowHandler count = [&](const Row&) { return ++explained_rows > 0; };
  WINNOW_TRY(const auto answer,
             ask_catalog(mysql_probe_with_rights(tables, expected, dialect_), &count));
  auto schema = mysql_schema(answer.text);
  if (!schema) return schema;
  const auto there = mysql_base_tables(*schema);
  expected_tables().keep(key, there);
  const bool may_delete_all = answer.is_whole && explained_rows > 0 && there == expected;
  // The catalog does not say what roles and patterns in a grant add up to; EXPLAIN checks the
  // rights of what it explains. All tables at once, and one by one only where that fails.
  const auto may_delete = [&](const Statement& deletion) -> Outcome<bool> {
    auto explained = run(deletion, nullptr);
    if (explained) return true;
    if (explained.error().kind != FailureKind::schema) return fail(std::move(explained.error()));
    return false;
  };
  return mysql_with_rights(std::move(*schema), dialect_, may_delete_all, may_delete);
}

Outcome<void> MysqlConnection::check_standing(const std::string& found) {
  const bool changed = !standing_.is_still(found);
  standing_.note_answer();
  standing_.note_change(changed);
  if (!changed) return {};
  return give_up({.kind = FailureKind::conflict,
                  .message = "the server is no longer what it was when the connection was new",
                  .retryable = true});
}

// Where it was not asked yet whether the server is what it was.
Outcome<void> MysqlConnection::ask_standing() {
  if (!standing_.take_question()) return {};
  std::string found;
  const auto take = take_text(found);
  auto read = run(mysql_standing(), &take);
  if (!read) return give_up(std::move(read.error()));
  return check_standing(found);
}

Outcome<bool> MysqlConnection::can_be_kept(Target wanted) {
  WINNOW_TRY(auto standing, text_of(*this, mysql_standing()));
  const bool takes_writes = standing.starts_with("writable ");
  return standing_.note(std::move(standing), takes_writes, wanted);
}

bool MysqlConnection::rest() {
  const bool sound = transaction_ == Transaction::none && !session_->asked_to_cancel();
  if (!sound || !standing_.is_noted() || session_->hung_up()) return false;
  cancellation_ = nullptr;
  session_->serve(nullptr, {});
  return true;
}

void MysqlConnection::resume(const Cancellation& cancellation, const OnLockWait& on_lock_wait) {
  cancellation_ = &cancellation;
  session_->serve(&cancellation, on_lock_wait);
  standing_.begin_call();
}

Outcome<Health> MysqlConnection::examine(const Schema& schema) {
  WINNOW_TRY(const auto found, text_of(*this, health_statement(schema)));
  auto health = mysql_health(found);
  if (!health) return health;
  // Without the PROCESS privilege the server does not say.
  const auto length = count_of(*this, mysql_history_statement());
  if (length) add_history(*length, *health);
  if (!length && length.error().kind != FailureKind::schema) return fail(length.error());
  return health;
}

Outcome<Pressure> MysqlConnection::pressure(const PressureQuestion& /*question*/) {
  Pressure pressure;
  for (auto& figure : figures_) {
    if (!figure.take) continue;
    const auto read = query(figure.statement, [&](const Row& row) {
      if (const auto value = row.text(row.size() - 1)) figure.take(std::string(*value), pressure);
      return true;
    });
    // Not for this account, or not on this server: nobody needs to ask again.
    if (!read && read.error().kind == FailureKind::schema) figure.take = nullptr;
    if (!read && read.error().kind != FailureKind::schema) return fail(read.error());
  }
  return pressure;
}

Outcome<std::int64_t> MysqlConnection::applied(const TextList& positions) {
  return count_of(*this, mysql_applied_statement(positions));
}

Outcome<QueryPlan> MysqlConnection::explain(const Statement& statement) {
  MysqlPlanReader reader;
  const Statement explained{.sql = "EXPLAIN FORMAT=TRADITIONAL " + statement.sql,
                            .parameters = statement.parameters};
  const auto add_step = [&](const Row& row) {
    reader.add_step(row);
    return true;
  };
  auto read = query(explained, add_step);
  const bool at_another_level = !read && is_mysql_statement_log(read.error());
  if (at_another_level) {
    // The plan is the same at the level at which such a server allows deletions.
    WINNOW_CHECK(query(plain("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"), add_step));
    WINNOW_CHECK(begin());
    read = query(explained, add_step);
  }
  if (!read && is_mysql_read_only(read.error())) {
    // Small accounts may explain no deletion there. The rows are read in the same way.
    const auto reading = mysql_reading_of(statement.sql);
    if (!reading.empty()) return explain({.sql = reading, .parameters = statement.parameters});
  }
  if (!read) return fail(std::move(read.error()));
  if (reader.needs_notes()) WINNOW_CHECK(add_notes(reader, statement));
  if (at_another_level) WINNOW_CHECK(rollback());
  return reader.take();
}

// The statement as the server understood it, which says what table an alias stands for.
Outcome<void> MysqlConnection::add_notes(MysqlPlanReader& reader, const Statement& /*explained*/) {
  return query(plain("SHOW WARNINGS"), [&](const Row& row) {
    reader.add_note(row);
    return true;
  });
}

// How each of the first statements would be run, and what the server then notes of it; `taken`: how
// many fit. None where the first alone is too long.
Outcome<std::string> MysqlConnection::explaining_text(std::span<const Statement> statements,
                                                      std::size_t& taken) const {
  std::string text;
  for (taken = 0; taken < statements.size(); ++taken) {
    WINNOW_TRY(const auto written, written_out(*session_, statements[taken]));
    if (text.size() + written.size() > kLongestText) break;
    text += (text.empty() ? "" : "; ");
    text += "EXPLAIN FORMAT=TRADITIONAL " + written + "; SHOW WARNINGS";
  }
  return text;
}

Outcome<std::vector<QueryPlan>> MysqlConnection::explain_text(const std::string& text,
                                                              std::size_t statements) {
  std::vector<MysqlPlanReader> readers(statements);
  std::vector<RowHandler> handlers;
  handlers.reserve(2 * readers.size());
  for (auto& reader : readers) {
    handlers.emplace_back([&reader](const Row& row) {
      reader.add_step(row);
      return true;
    });
    handlers.emplace_back([&reader](const Row& row) {
      reader.add_note(row);
      return true;
    });
  }
  WINNOW_CHECK(run_text(text, handlers));
  std::vector<QueryPlan> plans;
  plans.reserve(readers.size());
  for (auto& reader : readers) plans.push_back(reader.take());
  return plans;
}

Outcome<std::vector<QueryPlan>> MysqlConnection::explain_all(
    std::span<const Statement> statements) {
  // A transaction begins with its first statement.
  if (transaction_ != Transaction::none) return explain_one_by_one(statements);
  WINNOW_CHECK(check_usable());
  WINNOW_CHECK(ask_standing());
  if (auto set = session_->set_up(); !set) return give_up(std::move(set.error()));
  std::vector<QueryPlan> plans;
  while (plans.size() < statements.size()) {
    const auto rest = statements.subspan(plans.size());
    std::size_t taken = 0;
    WINNOW_TRY(const auto text, explaining_text(rest, taken));
    const auto next = rest.first(std::max<std::size_t>(taken, 1));
    auto explained = taken == 0 ? explain_one_by_one(next) : explain_text(text, taken);
    // A server that explains no deletion at this level: each by itself, at another one.
    if (!explained && is_mysql_statement_log(explained.error())) {
      explained = explain_one_by_one(next);
    }
    if (!explained) return give_up(std::move(explained.error()));
    if (session_->asked_to_cancel()) return give_up(cancelled_failure());
    std::move(explained->begin(), explained->end(), std::back_inserter(plans));
  }
  return plans;
}

Outcome<std::unique_ptr<Connection>> connect_mysql(const Settings& settings,
                                                   const Cancellation& cancellation) {
  WINNOW_TRY(auto session, MysqlSession::open(settings, cancellation));
  std::unique_ptr<MysqlConnection> connection;
  const bool is_vitess = session->is_vitess();
  if (is_vitess) {
    connection = std::make_unique<VitessConnection>(settings, cancellation, std::move(session));
  } else {
    connection = std::make_unique<MysqlConnection>(settings, cancellation, std::move(session));
  }
  // vtgate itself finds the primaries.
  if (!is_vitess) WINNOW_CHECK(connection->check_target());
  return connection;
}

}  // namespace winnow::database
