// Resolves a secret: from the configuration itself, the environment or a file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"

namespace winnow::plugin {

// A string, {env: NAME} or {file: PATH}; one line break at the end of a file is ignored. A failure
// is a configuration failure that names the variable or the file, and never its content.
Outcome<std::string> resolve_secret(const document::Json& secret);

// The variable's value, or nothing if it is not set.
std::optional<std::string> environment(const std::string& name);

// The names of all variables with this prefix, without the prefix.
std::vector<std::string> environment_names(std::string_view beginning);

}  // namespace winnow::plugin
