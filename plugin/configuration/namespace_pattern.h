// The namespaces of a policy: `a`, `a.*`, `a.**`.
#pragma once

#include <optional>
#include <string>

namespace winnow::plugin {

// What is wrong with an entry of policy.allow: `a` is that namespace alone, `a.*` what lies one
// level below it, `a.**` it and everything below, `**` every one. Nothing: it is fine.
std::optional<std::string> wrong_allowed_namespace(const std::string& pattern);

// What is wrong with an entry of policy.protect. `a` and `a.**` are the same there: what lies below
// a protected namespace is protected too, so `a.*` is refused, which would say less than it does.
std::optional<std::string> wrong_protected_namespace(const std::string& pattern);

}  // namespace winnow::plugin
