// The namespaces of a policy.
#include "plugin/configuration/namespace_pattern.h"

#include <algorithm>
#include <string_view>

namespace winnow::plugin {
namespace {

// Kestra's namespaces: words of letters, digits, `_` and `-`, joined by dots.
bool is_namespace(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
  };
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos && std::all_of(text.begin(), text.end(), fits);
}

std::string_view without(std::string_view text, std::string_view ending) {
  return text.ends_with(ending) ? text.substr(0, text.size() - ending.size()) : text;
}

}  // namespace

std::optional<std::string> wrong_allowed_namespace(const std::string& pattern) {
  if (pattern == "**" || is_namespace(without(pattern, ".**")) ||
      is_namespace(without(pattern, ".*"))) {
    return std::nullopt;
  }
  return "expected a namespace such as a.b, or a.b.* (one level below it), a.b.** (it and all "
         "below) or **";
}

std::optional<std::string> wrong_protected_namespace(const std::string& pattern) {
  if (is_namespace(without(pattern, ".**"))) return std::nullopt;
  return "expected a namespace such as a.b, which protects all below it too";
}

}  // namespace winnow::plugin
