#include "outcome/failure.h"

#include <array>
#include <cstddef>

namespace winnow {

namespace {

// By the numbers of FailureKind, which begin at 1.
constexpr std::array kCodes{
    "INVALID_ARGUMENT", "UNKNOWN_TASK", "INVALID_PARAMETER", "CONFIGURATION", "DENIED",
    "UNAVAILABLE",      "SCHEMA",       "CONFLICT",          "CANCELLED",     "LIMIT",
    "STORAGE",          "NO_MEMORY",    "INTERNAL"};
static_assert(kCodes.size() == static_cast<std::size_t>(FailureKind::internal));

}  // namespace

const char* failure_code(FailureKind kind) noexcept {
  return kCodes[static_cast<std::size_t>(kind) - 1];
}

}  // namespace winnow
