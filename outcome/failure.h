// How things go wrong inside winnow: one value that says what, where and whether trying again may
// help. Every folder may include this one; it includes none of them. plugin/ alone turns a Failure
// into an ABI status.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include <tl/expected.hpp>

namespace winnow {

// The kinds are the ABI's statuses (abi/winnow.h, WINNOW_*), in the same order and with the same
// numbers.
enum class FailureKind : std::int32_t {
  invalid_argument = 1,   // the host misused the ABI
  unknown_task = 2,       // no manifest has that name or alias
  invalid_parameter = 3,  // a task's parameter is unknown, missing or of another form
  configuration = 4,      // winnow.yaml, application.yml or a manifest is wrong
  denied = 5,             // the operator's policy forbids it
  unavailable = 6,        // a server can't be reached, or refused the log-in
  schema = 7,             // a table, column, index or right that the task needs is missing
  conflict = 8,           // lock, deadlock or serialization failure, the retries used up
  cancelled = 9,          // the host asked for it
  limit = 10,             // a cap of the policy was hit before anything was deleted
  storage = 11,           // a file can't be removed or written
  no_memory = 12,         // an allocation failed
  internal = 13,          // a defect of winnow, or a response that no server should give
};

// Which rows of a statement caused its failure: a statement with fewer of them, or with others, may
// succeed.
enum class Blame {
  none,
  // There are more than a limit of the server allows, in number or in time.
  number_of_rows,
  // Some of them: others hold them, or the server refuses them.
  some_rows,
};

struct Failure {
  FailureKind kind = FailureKind::internal;
  std::string message;           // for a person: what was wrong, where, what to do; never a secret
  std::string pointer = {};      // JSON Pointer into the parameters or the configuration, or empty
  bool retryable = false;        // the same call may succeed later without any change
  std::string sqlstate = {};     // the server's own code (SQLSTATE), where there is one
  bool commit_in_doubt = false;  // the connection broke between COMMIT and its reply
  Blame blame = Blame::none;
};

template <class T>
using Outcome = tl::expected<T, Failure>;

// Makes the error side of an Outcome.
inline tl::unexpected<Failure> fail(FailureKind kind, std::string message,
                                    std::string pointer = {}) {
  return tl::unexpected<Failure>(
      Failure{.kind = kind, .message = std::move(message), .pointer = std::move(pointer)});
}

// Hands the failure of one Outcome on as the failure of another.
inline tl::unexpected<Failure> fail(Failure failure) {
  return tl::unexpected<Failure>(std::move(failure));
}

// What a call ends as that was asked to stop.
inline Failure cancelled_failure() {
  return {.kind = FailureKind::cancelled, .message = "cancelled"};
}

// Stable names of the kinds, as they stand in `code` of an ABI error ("INVALID_PARAMETER", ...).
const char* failure_code(FailureKind kind) noexcept;

}  // namespace winnow
