// `${NAME:default}`, as in Kestra's configuration.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "outcome/failure.h"

namespace winnow::plugin {

using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// A variable's value; empty counts as not set, as it does for Micronaut.
std::optional<std::string> variable(std::string_view name, const Lookup& lookup);

// Replaces every placeholder in the text. Micronaut's rules: a variable that is not set, or empty,
// takes the default; `${A:B:x}` asks for A, then B, then is x; a default in backticks is taken as
// it is. Beyond them, a default may hold placeholders (`${A:${B:x}}`), and one with colons that is
// no chain of names (`${URL:jdbc:postgresql://...}`) needs no backticks. The failure is a
// configuration one that names the variable and never repeats the text, which may hold a secret.
Outcome<std::string> resolve_placeholders(std::string_view text, const Lookup& lookup);

}  // namespace winnow::plugin
