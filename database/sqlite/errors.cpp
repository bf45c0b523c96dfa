#include "database/sqlite/errors.h"

#include <algorithm>
#include <array>
#include <sqlite3.h>

namespace winnow::database {
namespace {

struct Rule {
  // Primary result code.
  int code;
  FailureKind kind;
  bool retryable;
  Blame blame = Blame::none;
};

using enum FailureKind;

constexpr std::array kRules = {
    Rule{SQLITE_BUSY, conflict, true},
    Rule{SQLITE_LOCKED, conflict, true},
    Rule{SQLITE_INTERRUPT, cancelled, false},
    Rule{SQLITE_PERM, unavailable, false},
    Rule{SQLITE_AUTH, unavailable, false},
    Rule{SQLITE_CANTOPEN, unavailable, false},
    Rule{SQLITE_CORRUPT, unavailable, false},
    Rule{SQLITE_NOTADB, unavailable, false},
    Rule{SQLITE_PROTOCOL, unavailable, true},
    Rule{SQLITE_READONLY, schema, false},  // the right to change anything is missing
    // No such table or column; a statement of winnow's own is tested.
    Rule{SQLITE_ERROR, schema, false},
    Rule{SQLITE_SCHEMA, schema, true},
    Rule{SQLITE_CONSTRAINT, schema, false, Blame::some_rows},  // or a trigger that raises
    Rule{SQLITE_FULL, storage, false},
    Rule{SQLITE_IOERR, storage, false},
    Rule{SQLITE_TOOBIG, invalid_parameter, false},
    Rule{SQLITE_NOMEM, no_memory, false},
};

}  // namespace

Failure sqlite_failure(int code, std::string_view message) {
  Failure failure{.kind = internal, .message = "SQLite: " + std::string(message)};
  constexpr int kPrimary = 0xff;
  const auto* rule = std::ranges::find(kRules, code & kPrimary, &Rule::code);
  if (rule == kRules.end()) return failure;
  failure.kind = rule->kind;
  failure.retryable = rule->retryable;
  failure.blame = rule->blame;
  return failure;
}

}  // namespace winnow::database
