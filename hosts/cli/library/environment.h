// The variables of the process's environment that the command reads.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace winnow::cli {

// Its value; nothing where it is not set, or set to nothing. The command changes no variable, so
// any thread may call this.
inline std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

}  // namespace winnow::cli
