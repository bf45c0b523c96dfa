#include "database/mysql/errors.h"

#include <algorithm>
#include <array>

#include "database/target.h"

namespace winnow::database {
namespace {

using enum FailureKind;

struct Rule {
  unsigned int number;
  FailureKind kind;
  bool retryable;
  Blame blame = Blame::none;
  // What to know and to do beside the server's own words.
  std::string_view hint = {};
};

constexpr std::string_view kLockTimeout =
    "; another session holds a lock that this one needs: it waited `database.lock-timeout`";
constexpr std::string_view kReadOnlyTransaction =
    "; `transaction_read_only` is on, for the server or by what the connection is begun with: "
    "purges need a connection that "
    "may write";
constexpr std::string_view kExecutionTime = "; the limit is the server's `max_execution_time`";
constexpr std::string_view kStatementLog =
    ". The server logs statements (binlog_format = STATEMENT), which allows no deletion at READ "
    "COMMITTED, and winnow needs that to lock its own rows alone. Set binlog_format to ROW or "
    "MIXED, for the server or for this account's sessions (init_connect)";

constexpr unsigned int kInterrupted = 1317;
constexpr unsigned int kStatementLogRefuses = 1665;
constexpr unsigned int kForbiddenByOption = 1290;
constexpr unsigned int kReadOnly = 1836;
constexpr unsigned int kOffline = 3032;
constexpr unsigned int kRefusedByGroup = 3100;
constexpr unsigned int kRolledBackByGroup = 3101;
constexpr unsigned int kOfflineWithReason = 6400;

constexpr std::array kRules = {
    // Locks and what else passes.
    Rule{1205, conflict, true, Blame::some_rows, kLockTimeout},
    Rule{1213, conflict, true},          // deadlock
    Rule{1614, conflict, true},          // a deadlock in a distributed transaction
    Rule{3572, conflict, true},          // NOWAIT met a lock
    Rule{kInterrupted, conflict, true},  // killed, not by us: an administrator
    Rule{3024, conflict, true, Blame::number_of_rows, kExecutionTime},
    // Group replication: a member could not certify it, or it is larger than the group takes
    // (group_replication_transaction_size_limit).
    Rule{kRolledBackByGroup, conflict, true},
    Rule{kRefusedByGroup, unavailable, false, Blame::number_of_rows},
    Rule{1412, conflict, true},  // the table was altered meanwhile
    Rule{1615, conflict, true},  // a statement has to be prepared again
    // The log-in.
    Rule{1040, unavailable, true},   // too many connections
    Rule{1203, unavailable, true},   // too many connections of this user
    Rule{1226, unavailable, true},   // a resource limit of this user
    Rule{1044, unavailable, false},  // no right to this database
    Rule{1045, unavailable, false},  // wrong password
    Rule{1049, unavailable, false},  // no such database
    Rule{1129, unavailable, false},  // the host is blocked
    Rule{1130, unavailable, false},  // the host is not allowed
    Rule{1251, unavailable, false},  // an authentication that the client does not know
    Rule{1698, unavailable, false},  // access denied
    Rule{1820, unavailable, false},  // the password must be changed first
    Rule{1862, unavailable, false},  // the password has expired
    Rule{3118, unavailable, false},  // the account is locked
    Rule{3159, unavailable, false},  // the account needs TLS
    Rule{3955, unavailable, false},  // the account is locked after failed log-ins
    // Rights and shapes.
    Rule{1054, schema, false},  // no such column
    Rule{1142, schema, false},  // no right to a table
    Rule{1143, schema, false},  // no right to a column
    Rule{1146, schema, false},  // no such table
    Rule{1176, schema, false},  // no such index
    Rule{1227, schema, false},  // no right to this operation
    Rule{1235, schema, false},  // not supported by this server
    Rule{1288, schema, false},  // a view that can't be deleted from
    Rule{1305, schema, false},  // no such function
    Rule{1370, schema, false},  // no right to a routine
    // A foreign key, which Kestra does not have, keeps the row; a trigger refuses it.
    Rule{1217, schema, false, Blame::some_rows}, Rule{1451, schema, false, Blame::some_rows},
    Rule{1644, schema, false, Blame::some_rows},
    Rule{kStatementLogRefuses, configuration, false, Blame::none, kStatementLog},
    Rule{1906, schema, false},  // a value for a generated column
    Rule{3105, schema, false},  // the same, in MySQL's own number
    // Values.
    Rule{1300, invalid_parameter, false},  // a text that is not UTF-8
    Rule{1366, invalid_parameter, false},  // the same, on its way into a column
    Rule{3854, invalid_parameter, false},  // the same, in a comparison
    // The server.
    Rule{1053, unavailable, true},                          // shutting down
    Rule{1077, unavailable, true},                          // shutting down
    Rule{1152, unavailable, true},                          // aborted connection
    Rule{1184, unavailable, false},                         // init_connect fails
    Rule{1158, unavailable, true},                          // broken packet
    Rule{1159, unavailable, true},                          // read timeout
    Rule{1160, unavailable, true},                          // write error
    Rule{1161, unavailable, true},                          // write timeout
    Rule{1927, unavailable, true},                          // the connection was killed
    Rule{4031, unavailable, true},                          // it was idle for too long
    Rule{1021, unavailable, false},                         // disk full
    Rule{1030, unavailable, false},                         // the storage engine fails
    Rule{1037, unavailable, false},                         // out of memory
    Rule{1038, unavailable, false},                         // out of sort memory
    Rule{1041, unavailable, false},                         // out of memory
    Rule{1114, unavailable, false},                         // table full
    Rule{1153, unavailable, false, Blame::number_of_rows},  // larger than max_allowed_packet
    Rule{1206, unavailable, false, Blame::number_of_rows},  // the lock table is full
    Rule{kForbiddenByOption, unavailable, false},           // an option of the server, see below
    Rule{1792, unavailable, false, Blame::none, kReadOnlyTransaction},
    Rule{kReadOnly, unavailable, false},           // see below
    Rule{kOffline, unavailable, false},            // see below
    Rule{kOfflineWithReason, unavailable, false},  // the same on MySQL 9
    // The connector's own.
    Rule{0, unavailable, true},     // an answer broke off in its middle: it fails and says nothing
    Rule{2002, unavailable, true},  // no connection to the socket
    Rule{2003, unavailable, true},  // no connection to the host
    Rule{2005, unavailable, true},  // the host's name is not known
    Rule{2006, unavailable, true},  // the server has gone away
    Rule{2008, no_memory, false}, Rule{2012, unavailable, true},  // the handshake broke off
    Rule{2013, unavailable, true},                                // the connection broke
    Rule{2026, unavailable, false},                               // TLS failed
    Rule{2027, unavailable, false},  // what came is not MySQL's protocol
    Rule{2055, unavailable, true},   // the connection broke
};

// 2014: answers out of step, 2020: one longer than this side takes, 2026: TLS broke; of no use
// either.
constexpr std::array kLost = {0U,    1053U, 1077U, 1152U, 1158U, 1159U, 1160U, 1161U, 1927U,
                              2006U, 2013U, 2014U, 2020U, 2026U, 2027U, 2055U, 4031U};

// A server that takes no writes now: a replica, a primary that has stepped down, or a member that
// has left its group. Its name, or another host of the URL, leads to the new primary.
bool takes_no_writes(unsigned int number, std::string_view message) {
  if (number == kReadOnly || number == kOffline || number == kOfflineWithReason) return true;
  return number == kForbiddenByOption && (message.find("read-only") != std::string_view::npos ||
                                          message.find("read_only") != std::string_view::npos);
}

bool is_connectors(unsigned int number) {
  return (number >= 2000 && number < 3000) || (number >= 5000 && number < 6000);
}

}  // namespace

Failure mysql_failure(unsigned int number, std::string_view sqlstate, std::string_view message,
                      bool cancelled) {
  // A trigger's own number may be any.
  const bool told = !is_connectors(number) || sqlstate.starts_with("45");
  Failure failure{.kind = told ? internal : unavailable, .message = "MySQL: "};
  failure.message += message.empty() ? "the connection broke off" : message;
  failure.message += " (" + std::to_string(number) + ")";
  if (told && number != 0) failure.sqlstate = sqlstate;
  if (number == kInterrupted && cancelled) {
    failure.kind = FailureKind::cancelled;
    return failure;
  }
  const auto* rule = std::ranges::find(kRules, number, &Rule::number);
  if (rule == kRules.end()) {
    // A trigger may signal what it likes.
    if (told) failure.blame = Blame::some_rows;
    return failure;
  }
  failure.kind = rule->kind;
  failure.retryable = rule->retryable;
  failure.blame = rule->blame;
  failure.message += rule->hint;
  if (takes_no_writes(number, message)) {
    failure.retryable = true;
    failure.sqlstate = kNotTheTarget;
  }
  return failure;
}

bool is_mysql_statement_log(const Failure& failure) {
  return failure.kind == configuration;  // of no other rule
}

bool is_mysql_read_only(const Failure& failure) {
  return failure.sqlstate == kNotTheTarget;
}

bool is_mysql_group_refusal(unsigned int number) {
  return number == kRefusedByGroup || number == kRolledBackByGroup;
}

Failure mysql_has_left_group(const Failure& refusal) {
  return Failure{.kind = unavailable,
                 .message = "the server has left its group: " + refusal.message,
                 .retryable = true,
                 .commit_in_doubt = true};
}

Failure mysql_no_memory() {
  return Failure{.kind = FailureKind::no_memory, .message = "no memory for a connection"};
}

bool mysql_connection_lost(unsigned int number) {
  return std::find(kLost.begin(), kLost.end(), number) != kLost.end();
}

}  // namespace winnow::database
