#include "database/postgres/connection.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

#include "database/count.h"
#include "database/postgres/client/pipeline.h"
#include "database/postgres/client/session.h"
#include "database/postgres/dialect.h"
#include "database/postgres/errors.h"
#include "database/postgres/health.h"
#include "database/postgres/lock_wait.h"
#include "database/postgres/plan.h"
#include "database/postgres/pressure.h"
#include "database/postgres/probe.h"
#include "database/postgres/recall.h"
#include "database/postgres/session_lock.h"
#include "database/postgres/transaction.h"
#include "database/reading.h"
#include "database/standing.h"
#include "database/target.h"
#include "database/texts.h"
#include "database/url/silence.h"
#include "document/strings.h"
#include "outcome/try.h"

namespace winnow::database {
namespace {

// What a failed group that ended in COMMIT leaves behind: only an answer to an earlier statement,
// or a plain error on the COMMIT itself, says for sure that nothing was committed.
bool commit_in_doubt(std::span<const PostgresAnswer> answers) {
  for (const auto& answer : answers) {
    if (!answer.failure) continue;
    const bool is_commit = &answer == &answers.back();
    const bool told = !answer.failure->sqlstate.empty();
    return !told || (is_commit && answer.lost);
  }
  return false;
}

class PostgresConnection final : public Connection {
 public:
  PostgresConnection(const Settings& settings, const Cancellation& cancellation,
                     std::unique_ptr<PostgresSession> session)
      : settings_(settings),
        cancellation_(&cancellation),
        session_(std::move(session)),
        pipeline_(*session_) {
    serve(&cancellation, settings.on_lock_wait);
  }

  const Dialect& dialect() const override { return postgres_dialect(); }

  // A role that may not ask for the system identifier, or a server that is PostgreSQL in its
  // protocol alone, has none to tell.
  Outcome<Identity> identify(Ask ask) override {
    Identity identity;
    WINNOW_CHECK(query(plain("SELECT current_database(), unnest(current_schemas(false))::text"),
                       [&](const Row& row) {
                         identity.database = row.text(0).value_or("");
                         identity.schemas.emplace_back(row.text(1).value_or(""));
                         return true;
                       }));
    if (identity.database.empty()) {
      WINNOW_TRY(identity.database, text_of(*this, plain("SELECT current_database()")));
    }
    if (ask == Ask::place) return identity;
    auto server = text_of(*this, plain("SELECT system_identifier::text FROM pg_control_system()"));
    if (!server && server.error().kind != FailureKind::schema)
      return fail(std::move(server.error()));
    identity.server = server.value_or("");
    return identity;
  }

  // In one round trip. What the first statement finds would stand in for the server's own in the
  // other one too.
  Outcome<Schema> probe(std::span<const std::string> tables) override {
    const std::array statements{postgres_strangers_statement(), postgres_probe_statement(tables)};
    std::string named;
    std::string found;
    const std::array takes{take_text(named), take_text(found)};
    const auto asked = query_all(statements, takes);
    WINNOW_TRY(auto stranger, postgres_stranger(named));
    if (!asked && stranger && asked.error().kind == FailureKind::schema) {
      return fail(FailureKind::configuration,
                  "PostgreSQL: " + stranger->what + "; " + stranger->remedy);
    }
    if (!asked) return fail(asked.error());
    WINNOW_TRY(auto schema, postgres_schema(found));
    if (stranger) schema.deletion_refused = std::move(stranger);
    return schema;
  }

  // Of a table that is not as Kestra makes it all is asked for.
  Outcome<Schema> recall(std::span<const std::string> tables) override {
    const auto first = [](const TextList& texts) {
      return texts.empty() ? std::string_view() : std::string_view(texts.front());
    };
    WINNOW_TRY(const auto listed, recall_texts(postgres_listing_statement(tables)));
    WINNOW_TRY(auto told, postgres_listing_schema(first(listed)));
    if (told) return *std::move(told);
    WINNOW_TRY(const auto all, recall_texts(postgres_probe_statement(tables)));
    WINNOW_TRY(auto schema, postgres_schema(first(all)));
    return for_reading(std::move(schema));
  }

  Outcome<TextList> recall_texts(const Statement& statement) override {
    const auto key = recall_key(settings_, statement);
    auto known = recalls_ ? postgres_memory().find(key) : std::nullopt;
    if (known) {
      recalled_.push_back({.statement = statement, .answer = *known});
      return *std::move(known);
    }
    WINNOW_TRY(auto found, Connection::recall_texts(statement));
    postgres_memory().keep(key, found);
    return found;
  }

  bool stop_recalling() override {
    const bool unconfirmed = recalled_in_vain_ || !recalled_.empty();
    recalled_.clear();
    recalled_in_vain_ = false;
    recalls_ = false;
    return unconfirmed && !pipeline_.is_dead() && !standing_.is_outdated(pipeline_.is_dead());
  }

  Outcome<void> begin() override {
    WINNOW_CHECK(check_usable());
    if (transaction_ != Transaction::none) {
      return fail(FailureKind::internal, "a transaction was begun inside another");
    }
    transaction_ = Transaction::wanted;
    transaction_name_.clear();
    return {};
  }

  Outcome<void> rollback() override {
    const auto was = std::exchange(transaction_, Transaction::none);
    if (was != Transaction::open || pipeline_.is_dead()) return {};
    session_->enter_cleanup();
    const auto statement = plain("ROLLBACK");
    PostgresGroup group;
    pipeline_.add(statement, group, nullptr);
    auto done = pipeline_.send(group);
    if (done) {
      if (auto failure = pipeline_.read(group)) done = fail(std::move(*failure));
    }
    session_->leave_cleanup();
    if (!done) pipeline_.give_up();
    return done;
  }

  Outcome<void> query(const Statement& statement, const RowHandler& handler) override {
    return query_all({&statement, 1}, {&handler, 1});
  }

  Outcome<std::vector<std::int64_t>> execute(std::span<const Statement> statements,
                                             AfterBatch after) override {
    WINNOW_CHECK(check_usable());
    const bool commits = after == AfterBatch::commit;
    const auto before = transaction_ == Transaction::open ? std::vector<Statement>{}
                                                          : postgres_begin(settings_, peer_);
    const auto last =
        commits ? plain("COMMIT") : postgres_transaction_name(session_->server_version());
    const RowHandler take_name = [this](const Row& row) {
      transaction_name_ = row.text(0).value_or("");
      return true;
    };
    const auto take_peer = learn_peer();
    PostgresGroup group;
    add_before(before, group, take_peer);
    const auto first = group.size();
    std::vector<std::size_t> places;
    places.reserve(statements.size());
    for (const auto& statement : statements) {
      pipeline_.add(statement, group, nullptr);
      places.push_back(group.size() - 1);
    }
    pipeline_.add(last, group, commits ? nullptr : &take_name);
    if (auto sent = pipeline_.send(group); !sent) {
      auto failure = std::move(sent.error());
      failure.commit_in_doubt = commits && pipeline_.is_dead();
      return give_up(std::move(failure));
    }
    transaction_ = Transaction::open;
    auto failure = pipeline_.read(group);
    const bool committed = commits && group.answers.back().tag == "COMMIT";
    // What breaks after the server said so is the next call's concern.
    if (committed) failure.reset();
    if (!failure && commits && !committed) {
      failure =
          Failure{.kind = FailureKind::conflict,
                  .message = "PostgreSQL: the transaction was rolled back instead of committed",
                  .retryable = true};
    }
    if (failure) {
      failure->commit_in_doubt = commits && commit_in_doubt(group.answers);
      return give_up(named(std::move(*failure), group, first));
    }
    if (commits) transaction_ = Transaction::none;
    std::vector<std::int64_t> changed;
    changed.reserve(places.size());
    for (const auto place : places) changed.push_back(group.answers[place].changed);
    return changed;
  }

  std::string transaction_name() const override { return transaction_name_; }

  Outcome<std::optional<bool>> was_committed(const std::string& transaction_name) override {
    std::string status;
    bool by_this_server = false;
    const auto asked =
        query(postgres_transaction_status(transaction_name, session_->server_version()),
              [&](const Row& row) {
                status = row.text(0).value_or("");
                by_this_server = row.text(1) == "true";
                return true;
              });
    // A number that it has yet to give: it crashed before a word of the transaction reached its
    // disk.
    constexpr std::string_view kInTheFuture = "22023";
    if (!asked && asked.error().sqlstate == kInTheFuture) return std::optional(false);
    if (!asked) return fail(asked.error());
    if (status == "in progress") {
      return fail(Failure{.kind = FailureKind::conflict,
                          .message = "PostgreSQL has not yet ended a transaction whose connection "
                                     "was lost",
                          .retryable = true});
    }
    if (status == "aborted") return std::optional(false);
    // A server that lost a transaction gives its number to another one.
    if (status != "committed" || !by_this_server) return std::optional<bool>();
    return std::optional(true);
  }

  Outcome<QueryPlan> explain(const Statement& statement) override {
    WINNOW_TRY(auto plans, explain_all({&statement, 1}));
    return std::move(plans.front());
  }

  Outcome<std::vector<QueryPlan>> explain_all(std::span<const Statement> statements) override {
    std::vector<Statement> explained;
    explained.reserve(statements.size());
    for (const auto& statement : statements) {
      explained.push_back(
          {.sql = "EXPLAIN (FORMAT JSON) " + statement.sql, .parameters = statement.parameters});
    }
    std::vector<std::string> found(statements.size());
    std::vector<RowHandler> takes;
    takes.reserve(found.size());
    for (auto& text : found) takes.push_back(take_text(text));
    WINNOW_CHECK(query_all(explained, takes));
    std::vector<QueryPlan> plans;
    plans.reserve(found.size());
    for (const auto& text : found) {
      WINNOW_TRY(auto plan, postgres_plan(text));
      plans.push_back(std::move(plan));
    }
    return plans;
  }

  // A server that is PostgreSQL in its protocol alone may not tell.
  Outcome<bool> can_be_kept(Target wanted) override {
    std::string standing;
    std::string process;
    auto ask = postgres_standing();
    ask.keeps_plan = false;  // asked once
    const auto asked = query(ask, [&](const Row& row) {
      standing = row.text(0).value_or("");
      process = row.text(1).value_or("");
      return true;
    });
    if (!asked && asked.error().kind == FailureKind::schema) return false;
    if (!asked) return fail(asked.error());
    pipeline_.set_own_session(process == std::to_string(session_->backend()));
    const bool takes_writes = standing.starts_with("primary ");
    return standing_.note(std::move(standing), takes_writes, wanted);
  }

  bool rest() override {
    const bool sound =
        !pipeline_.is_dead() && transaction_ == Transaction::none && !session_->asked_to_cancel();
    if (!sound || !standing_.is_noted() || session_->hung_up()) return false;
    recalled_.clear();
    recalls_ = true;
    serve(nullptr, {});
    return true;
  }

  void resume(const Cancellation& cancellation, const OnLockWait& on_lock_wait) override {
    serve(&cancellation, on_lock_wait);
    standing_.begin_call();
  }

  bool is_outdated() const override { return standing_.is_outdated(pipeline_.is_dead()); }

  Outcome<Health> examine(const Schema& schema) override {
    WINNOW_TRY(const auto found, text_of(*this, postgres_health_statement(schema)));
    return postgres_health(found);
  }

  Outcome<Pressure> pressure(const PressureQuestion& question) override {
    WINNOW_TRY(const auto found, text_of(*this, postgres_pressure_statement(question)));
    return postgres_pressure(found);
  }

  Outcome<std::int64_t> applied(const TextList& positions) override {
    return count_of(*this, postgres_applied_statement(positions));
  }

  Outcome<SessionLock> take_lock(const std::string& name) override {
    return take_postgres_lock(*this, name, session_->backend(),
                              [this] { return connect_postgres(settings_, *cancellation_); });
  }
  Outcome<bool> has_lock(const std::string& name) override {
    return has_postgres_lock(*this, name);
  }
  Outcome<void> release_lock(const std::string& name) override {
    return release_postgres_lock(*this, name);
  }

  // Whether the server is of Settings::target.
  Outcome<void> check_target() {
    if (settings_.target == Target::any) return {};
    // An old primary may have been made read-only while another one takes over.
    WINNOW_TRY(const auto kind,
               text_of(*this, plain("SELECT CASE WHEN pg_is_in_recovery() THEN 'standby' "
                                    "WHEN current_setting('default_transaction_read_only') = 'on' "
                                    "THEN 'read-only' ELSE 'primary' END")));
    return check_kind(settings_, kind == "primary",
                      kind == "standby" ? "this server is a standby, and takes no writes"
                      : kind == "read-only"
                          ? "default_transaction_read_only is on here"
                          : "this server is the primary, and a standby is wanted");
  }

 private:
  enum class Transaction { none, wanted, open };

  void serve(const Cancellation* cancellation, OnLockWait on_lock_wait) {
    cancellation_ = cancellation;
    settings_.on_lock_wait = std::move(on_lock_wait);
    session_->serve(cancellation);
    session_->on_slow(first_look(settings_),
                      [this](std::chrono::milliseconds waited) { return look_after(waited); });
  }

  Outcome<void> check_usable() {
    if (cancellation_ == nullptr || cancellation_->requested()) return fail(cancelled_failure());
    if (!pipeline_.is_dead() && !session_->hung_up()) return {};
    pipeline_.give_up();
    return fail(session_->lost());
  }

  RowHandler learn_peer() {
    return [this](const Row& row) {
      peer_.learn(row);
      pipeline_.set_own_session(peer_.process() == std::to_string(session_->backend()));
      return true;
    };
  }

  // The last of them answers what can be learned.
  void add_before(const std::vector<Statement>& before, PostgresGroup& group,
                  const RowHandler& learn) {
    for (const auto& statement : before) {
      const bool answers = &statement == &before.back() && !peer_.is_known();
      pipeline_.add(statement, group, answers ? &learn : nullptr);
    }
  }

  // What goes before a query in the same round trip.
  std::vector<Statement> before_query(const Statement& statement) const {
    if (transaction_ == Transaction::wanted) return postgres_begin(settings_, peer_);
    // What is not planned (CREATE DATABASE, VACUUM) may refuse to share a group.
    const auto sql = document::trimmed(statement.sql);
    const bool planned =
        sql.starts_with("SELECT") || sql.starts_with("WITH") || sql.starts_with("EXPLAIN");
    if (transaction_ == Transaction::open || !planned) return {};
    return {
        postgres_settings(settings_, peer_, statement.may_read_all ? Plans::any : Plans::by_index)};
  }

  // In one round trip, with a handler for each statement. What was recalled is asked for in front
  // of them: where an answer is another one by now, they may be wrong from their first word on: no
  // row of theirs is handed over, and their failure is of no interest.
  Outcome<void> query_all(std::span<const Statement> statements,
                          std::span<const RowHandler> handlers) {
    WINNOW_CHECK(check_usable());
    if (statements.empty()) return {};
    auto recalled = std::exchange(recalled_, {});
    const bool asks_standing = standing_.take_question();
    const auto before = before_query(statements.front());
    const auto ask_standing = postgres_standing();
    PostgresGroup group;
    const auto take_peer = learn_peer();
    add_before(before, group, take_peer);
    const auto first = group.size();
    std::string standing;
    std::vector<TextList> found(recalled.size());
    std::vector<RowHandler> takes;
    takes.reserve(1 + found.size() + statements.size());  // they stay where they are
    if (asks_standing) {
      takes.push_back(take_text(standing));
      pipeline_.add(ask_standing, group, &takes.back());
    }
    for (std::size_t at = 0; at < recalled.size(); ++at) {
      takes.push_back(take_texts(found[at]));
      // Only a connection that is taken up again asks more than once.
      recalled[at].statement.keeps_plan = asks_standing;
      pipeline_.add(recalled[at].statement, group, &takes.back());
    }
    const auto is_what_it_was = [&] { return !asks_standing || standing_.is_still(standing); };
    std::optional<bool> was_right;  // found out once what was recalled has all been read
    const auto confirmed = [&] {
      if (!was_right) {
        was_right = is_what_it_was() && std::equal(recalled.begin(), recalled.end(), found.begin(),
                                                   [](const Recalled& known, const auto& now) {
                                                     return known.answer == now;
                                                   });
        // From here on rows are handed over: the call is not begun anew.
        if (*was_right) standing_.note_answer();
      }
      return *was_right;
    };
    for (std::size_t at = 0; at < statements.size(); ++at) {
      takes.emplace_back([&confirmed, &handler = handlers[at]](const Row& row) {
        return confirmed() && handler(row);
      });
      pipeline_.add(statements[at], group, &takes.back());
    }
    if (auto sent = pipeline_.send(group); !sent) return give_up(std::move(sent.error()));
    if (transaction_ == Transaction::wanted) transaction_ = Transaction::open;
    auto failure = pipeline_.read(group);
    if (!pipeline_.is_dead()) standing_.note_answer();
    if (failure && recalled.empty() && !asks_standing) {
      return give_up(named(std::move(*failure), group, first));
    }
    // The rows may all have been under way when the request to cancel left; the handler did not see
    // them all.
    if (session_->asked_to_cancel()) return give_up(cancelled_failure());
    standing_.note_change(!pipeline_.is_dead() && !is_what_it_was());
    recalled_in_vain_ = !pipeline_.is_dead() && !confirmed();
    if (recalled_in_vain_) {
      failure = Failure{.kind = FailureKind::conflict,
                        .message = "the schema has changed since it was read",
                        .retryable = true};
    }
    if (failure) return give_up(named(std::move(*failure), group, first));
    return {};
  }

  // The statement before a group's `first` sets what the configuration says: its failure names the
  // setting.
  Failure named(Failure failure, const PostgresGroup& group, std::size_t first) const {
    const bool by_settings = first > 0 && group.answers[first - 1].failure;
    return by_settings ? postgres_refused_settings(settings_, std::move(failure)) : failure;
  }

  tl::unexpected<Failure> give_up(Failure failure) {
    return database::give_up(*this, std::move(failure), session_->asked_to_cancel());
  }

  // Another session looks: this one is busy. A statement that works and waits for nobody is no
  // news.
  Outcome<void> look_after(std::chrono::milliseconds waited) const {
    ServerLook look(settings_, waited);
    auto session = PostgresSession::open(look.settings(), *cancellation_);
    if (session && look.went_elsewhere(session_->peer(), (*session)->peer())) {
      session = PostgresSession::open(look.settings(), *cancellation_);
    }
    if (!session) return look.refused(session.error());
    if (!settings_.on_lock_wait) return {};
    PostgresConnection other(look.settings(), *cancellation_, std::move(*session));
    const auto what = text_of(other, postgres_lock_wait_statement(session_->backend()));
    if (what && !what->empty()) settings_.on_lock_wait({.waited = waited, .what = *what});
    return {};
  }

  Settings settings_;
  const Cancellation* cancellation_;  // nullptr: it waits for a call
  std::unique_ptr<PostgresSession> session_;
  PostgresPipeline pipeline_;
  Transaction transaction_ = Transaction::none;
  std::string transaction_name_;
  PeerSettings peer_;
  // What was recalled, and no query has confirmed yet.
  struct Recalled {
    Statement statement;
    TextList answer;
  };
  std::vector<Recalled> recalled_;
  bool recalls_ = true;
  Standing standing_;
  bool recalled_in_vain_ = false;
};

}  // namespace

Outcome<std::unique_ptr<Connection>> connect_postgres(const Settings& settings,
                                                      const Cancellation& cancellation) {
  WINNOW_TRY(auto session, PostgresSession::open(settings, cancellation));
  auto connection =
      std::make_unique<PostgresConnection>(settings, cancellation, std::move(session));
  WINNOW_CHECK(connection->check_target());
  return connection;
}

}  // namespace winnow::database
