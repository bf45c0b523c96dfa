// Reads the process's environment variables for the command.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace winnow::cli {

// Its value; nothing if it is not set or empty. The command changes no variable, so any thread may
// call this.
inline std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace winnow::cli
