// How the command fails: one JSON object, in the form of the library's own errors, and an exit
// status.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::cli {

using document::Json;

// {"code", "message", "pointer", "retryable", "sqlstate", "done"}; abi/winnow.h, convention 5.
struct Error {
  Json object;

  std::string code() const;
  std::string message() const;
};

template <class T>
using Attempt = tl::expected<T, Error>;

inline tl::unexpected<Error> failed(Error error) {
  return tl::unexpected<Error>(std::move(error));
}
tl::unexpected<Error> failed(const Failure& failure);
tl::unexpected<Error> failed(FailureKind kind, std::string message);

// What the library answered beside WINNOW_OK. Also an unknown status and a text that is no JSON
// make a readable error.
Error error_of(std::int32_t status, std::string_view text);

// Statuses as docs/command.md lists them. `started` says that a task had begun: a wrong parameter
// is then a task that failed.
enum ExitStatus {
  kDone = 0,
  kFailed = 1,
  kBadUsage = 2,
  kUnreachable = 3,
  kRefused = 4,
  kCancelled = 130
};
ExitStatus exit_status(const Error& error, bool started);

}  // namespace winnow::cli
