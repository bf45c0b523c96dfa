#include "database/postgres/errors.h"

#include <algorithm>
#include <array>

#include "database/target.h"

namespace winnow::database {
namespace {

struct Rule {
  // A SQLSTATE, or its class: the first two characters.
  std::string_view state;
  FailureKind kind;
  bool retryable;
  Blame blame = Blame::none;
  // What to know and to do beside the server's own words.
  std::string_view hint = {};
};

constexpr std::string_view kLockTimeout =
    "; another session holds a lock that this one needs: it waited `database.lock-timeout`, which "
    "in a purge is at most 500 ms";
constexpr std::string_view kStatementTimeout =
    "; where nobody cancelled it, it is `statement_timeout` of the role, the database or the "
    "pooler";
constexpr std::string_view kTransactionTimeout =
    "; the limit is `transaction_timeout` of the role, the database or the server";
constexpr std::string_view kReadOnly =
    "; the server is a standby, or `readOnly` of the URL or `default_transaction_read_only` of the "
    "role or the database is set: purges need a connection that may write";

constexpr std::string_view kNoUtf8 =
    "; a row holds a text that is not UTF-8, as a database of the encoding SQL_ASCII takes it: "
    "correct "
    "that row, or leave it out by the task's parameters";

using enum FailureKind;

// Whole states stand before their class: the first that fits decides.
constexpr std::array kRules = {
    Rule{"08", unavailable, true},  // connection exception
    Rule{"0A", schema, false},      // not supported, such as a row lock on a view
    // Of a row: what winnow sends is UTF-8.
    Rule{"22021", schema, false, Blame::none, kNoUtf8},
    Rule{"22P05", invalid_parameter, false},  // a text that the database's encoding can't hold
    // A data exception, such as a document with a date that is none.
    Rule{"22", internal, false, Blame::some_rows},
    // A constraint refuses it, such as a foreign key, which Kestra does not have.
    Rule{"23", schema, false, Blame::some_rows},
    Rule{"25P03", unavailable, true},  // idle in transaction for too long: the session is gone
    Rule{"25P04", unavailable, true, Blame::number_of_rows, kTransactionTimeout},  // gone too
    // A read-only server: a replica, or a primary that has stepped down.
    Rule{kNotTheTarget, unavailable, true, Blame::none, kReadOnly},
    Rule{"28", unavailable, false},     // log-in refused
    Rule{"3D000", unavailable, false},  // no such database
    Rule{"3F000", schema, false},       // no such PostgreSQL schema
    Rule{"40", conflict, true},         // deadlock, serialization failure
    Rule{"42501", schema, false},       // no right to
    Rule{"42P01", schema, false},       // no such table
    Rule{"42703", schema, false},       // no such column
    Rule{"42704", schema, false},       // no such type
    Rule{"42883", schema, false},       // no such function or operator
    Rule{"42", internal, false},        // a statement that the server does not understand
    Rule{"53300", unavailable, true},   // too many connections
    Rule{"53400", unavailable, false, Blame::number_of_rows},  // temp_file_limit
    Rule{"53", unavailable, false},                            // out of disk or memory
    Rule{"54", unavailable, false, Blame::number_of_rows},     // a limit of the server's
    // A publication that has no name for a row that is deleted: the server says what to do.
    Rule{"55000", schema, false}, Rule{"55P03", conflict, true, Blame::some_rows, kLockTimeout},
    Rule{"55006", conflict, true},  // object in use
    // Cancelled, not by us: statement_timeout or an administrator.
    Rule{"57014", conflict, true, Blame::number_of_rows, kStatementTimeout},
    Rule{"57", unavailable, true},                // shutdown, crash, starting up
    Rule{"58", unavailable, false},               // the server's own system error
    Rule{"P0", schema, false, Blame::some_rows},  // a trigger refuses it
    Rule{"XX", unavailable, false},               // the server's own internal error
};

// What libpq itself ends a log-in for, in its own words: no later try passes. Files that it can't
// use are the configuration's, and what the server shows or offers is not.
struct LogInRule {
  std::string_view words;
  FailureKind kind;
};
constexpr std::array kLogInRules = {
    LogInRule{"private key file", configuration},
    LogInRule{"certificate file", configuration},
    LogInRule{"SSL protocol version range", configuration},
    LogInRule{"certificate verify failed", unavailable},
    LogInRule{"does not match host name", unavailable},
    LogInRule{"server does not support SSL", unavailable},
    LogInRule{"channel binding", unavailable},
};

std::string_view without_line_end(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.remove_suffix(1);
  return text;
}

bool is_state(std::string_view text) {
  return text.size() == 5 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

}  // namespace

Failure postgres_failure(std::string_view sqlstate, std::string_view message, bool cancelled) {
  Failure failure{.kind = internal, .message = "PostgreSQL: ", .sqlstate = std::string(sqlstate)};
  failure.message += without_line_end(message);
  if (!sqlstate.empty()) failure.message += " (" + failure.sqlstate + ")";
  if (sqlstate.empty()) {
    failure.kind = unavailable;
    failure.retryable = true;
    return failure;
  }
  if (sqlstate == "57014" && cancelled) {
    failure.kind = FailureKind::cancelled;
    return failure;
  }
  const auto* rule = std::ranges::find_if(
      kRules, [&](const Rule& candidate) { return sqlstate.starts_with(candidate.state); });
  if (rule == kRules.end()) {
    // A trigger may raise what it likes.
    failure.blame = Blame::some_rows;
    return failure;
  }
  failure.kind = rule->kind;
  failure.retryable = rule->retryable;
  failure.blame = rule->blame;
  failure.message += rule->hint;
  return failure;
}

Failure postgres_connect_failure(std::string_view verbose_message) {
  // `connection to server at "...", port 1 failed: FATAL:  28P01: password authentication failed
  // ...\nLOCATION:  ...`
  auto message = verbose_message.substr(0, verbose_message.find("\nLOCATION:"));
  for (auto at = message.find(":  "); at != std::string_view::npos;
       at = message.find(":  ", at + 1)) {
    const auto state = message.substr(at + 3, 5);
    if (!is_state(state) || message.substr(at + 8, 2) != ": ") continue;
    return postgres_failure(state, message.substr(at + 10), false);
  }
  auto failure = postgres_failure({}, message, false);
  const auto* rule = std::ranges::find_if(kLogInRules, [&](const auto& each) {
    return message.find(each.words) != std::string_view::npos;
  });
  if (rule == kLogInRules.end()) return failure;
  failure.kind = rule->kind;
  failure.retryable = false;
  return failure;
}

}  // namespace winnow::database
