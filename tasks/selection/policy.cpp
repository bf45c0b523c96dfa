#include "tasks/selection/policy.h"

#include <algorithm>

#include "document/duration.h"
#include "document/strings.h"

namespace winnow::tasks {
namespace {

// True when the namespace is `base` or lies below it.
bool within(std::string_view name_space, std::string_view base) {
  return name_space == base || (name_space.size() > base.size() && name_space.starts_with(base) &&
                                name_space[base.size()] == '.');
}

// Kestra's namespaces: words of letters, digits, `_` and `-`, joined by dots.
bool is_namespace(std::string_view text) {
  const auto fits = [](char c) {
    return document::is_letter(c) || document::is_digit(c) || c == '_' || c == '-' || c == '.';
  };
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos && std::all_of(text.begin(), text.end(), fits);
}

bool is_allowed(const Policy& policy, std::string_view name_space) {
  return policy.allow.empty() ||
         std::any_of(policy.allow.begin(), policy.allow.end(), [&](const std::string& pattern) {
           return NamespacePattern(pattern).matches(name_space);
         });
}

// The entry of `policy.protect` that covers the namespace, or nullptr.
const std::string* protecting(const Policy& policy, std::string_view name_space) {
  const auto found =
      std::find_if(policy.protect.begin(), policy.protect.end(), [&](const std::string& pattern) {
        return within(name_space, NamespacePattern(pattern).base);
      });
  return found == policy.protect.end() ? nullptr : &*found;
}

}  // namespace

NamespacePattern::NamespacePattern(std::string_view pattern) : base(pattern) {
  if (pattern == "**") {
    reach = Reach::everything;
    base.clear();
  } else if (pattern.ends_with(".**")) {
    reach = Reach::everything;
    base = pattern.substr(0, pattern.size() - 3);
  } else if (pattern.ends_with(".*")) {
    reach = Reach::one_level;
    base = pattern.substr(0, pattern.size() - 2);
  }
}

bool NamespacePattern::matches(std::string_view name_space) const {
  if (reach == Reach::everything) return base.empty() || within(name_space, base);
  if (reach == Reach::itself) return name_space == base;
  return within(name_space, base) && name_space != base &&
         name_space.find('.', base.size() + 1) == std::string_view::npos;
}

std::optional<std::string> wrong_allowed_namespace(const std::string& pattern) {
  if (pattern == "**" || is_namespace(NamespacePattern(pattern).base)) return std::nullopt;
  return "expected a namespace such as a.b, or a.b.* (one level below it), a.b.** (it and all "
         "below) or **";
}

std::optional<std::string> wrong_protected_namespace(const std::string& pattern) {
  const NamespacePattern read(pattern);
  const bool one_level = read.reach == NamespacePattern::Reach::one_level;
  if (!one_level && is_namespace(read.base)) return std::nullopt;
  return "expected a namespace such as a.b, which protects all below it too";
}

Outcome<std::optional<std::string>> allowed_tenant(const Policy& policy,
                                                   const std::optional<std::string>& asked) {
  const std::vector<std::optional<std::string>> main{"main"};
  const auto& tenants = policy.tenants.empty() ? main : policy.tenants;
  if (!asked) return tenants.front();
  const auto tenant = asked->empty() ? std::nullopt : asked;
  if (std::find(tenants.begin(), tenants.end(), tenant) != tenants.end()) return tenant;
  return fail(FailureKind::denied,
              "the policy does not give " +
                  (tenant ? "the tenant \"" + *tenant + "\"" : "rows without a tenant") +
                  " to this task: " + (tenant ? "it" : "null") +
                  " is not among `policy.tenant` of the configuration",
              "/tenant");
}

Outcome<void> check_namespace(const Policy& policy, const std::string& name_space, bool removes) {
  if (!is_allowed(policy, name_space)) {
    return fail(FailureKind::denied, "the policy does not allow the namespace \"" + name_space +
                                         "\": it is not among `policy.allow` of the configuration");
  }
  const auto* pattern = removes ? protecting(policy, name_space) : nullptr;
  if (pattern == nullptr) return {};
  return fail(FailureKind::denied, "the policy protects the namespace \"" + name_space +
                                       "\" (`policy.protect`: " + *pattern +
                                       "); nothing of it can be purged");
}

document::Instant youngest_removable(const Policy& policy, document::Instant now) {
  return policy.min_age ? now - *policy.min_age : now;
}

Outcome<void> check_min_age(const Policy& policy, document::Instant until,
                            document::Instant youngest, const std::string& pointer) {
  if (!policy.min_age || until <= youngest) return {};
  return fail(FailureKind::denied,
              document::to_text(until) + " is too late: nothing younger than " +
                  document::to_text(*policy.min_age) +
                  " may go (`policy.min-age` of the configuration), which is what ended after " +
                  document::to_text(youngest),
              pointer);
}

bool may_remove(const Policy& policy, std::string_view name_space) {
  return is_allowed(policy, name_space) && protecting(policy, name_space) == nullptr;
}

}  // namespace winnow::tasks
