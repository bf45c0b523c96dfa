// Where a secret comes from: the configuration itself, the environment or a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"

namespace winnow::plugin {

// A text, {env: NAME} or {file: PATH}; one line break at the end of a file does not belong to the
// secret. The failure is a configuration one that names the variable or the file, and never what is
// in it.
Outcome<std::string> resolve_secret(const document::Json& secret);

// The variable's value, or nothing where it is not set.
std::optional<std::string> environment(const std::string& name);

// The names of all variables that begin so, without that beginning.
std::vector<std::string> environment_names(std::string_view beginning);

}  // namespace winnow::plugin
