#include "outcome/failure.h"

namespace winnow {

const char* failure_code(FailureKind kind) noexcept {
  switch (kind) {
    case FailureKind::invalid_argument:
      return "INVALID_ARGUMENT";
    case FailureKind::unknown_task:
      return "UNKNOWN_TASK";
    case FailureKind::invalid_parameter:
      return "INVALID_PARAMETER";
    case FailureKind::configuration:
      return "CONFIGURATION";
    case FailureKind::denied:
      return "DENIED";
    case FailureKind::unavailable:
      return "UNAVAILABLE";
    case FailureKind::schema:
      return "SCHEMA";
    case FailureKind::conflict:
      return "CONFLICT";
    case FailureKind::cancelled:
      return "CANCELLED";
    case FailureKind::limit:
      return "LIMIT";
    case FailureKind::storage:
      return "STORAGE";
    case FailureKind::no_memory:
      return "NO_MEMORY";
    case FailureKind::internal:
      return "INTERNAL";
  }
  return "INTERNAL";
}

}  // namespace winnow
