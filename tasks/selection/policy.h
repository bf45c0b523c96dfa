// The operator's limits: which tenants and namespaces a task may touch, and how many rows it may
// delete. A flow's author can't exceed them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/instant.h"
#include "outcome/failure.h"

namespace winnow::tasks {

struct RetentionPolicy;

struct Policy {
  // The first is the default; nothing means "no tenant". Empty: only "main".
  std::vector<std::optional<std::string>> tenants;
  // Namespaces that a task may touch, as NamespacePatterns. Empty: all.
  std::vector<std::string> allow;
  // Namespaces in which nothing is deleted, each with all below it.
  std::vector<std::string> protect;
  // A task that would delete more than this (executions, logs, orphaned rows, folders) is refused
  // before it deletes any.
  std::optional<std::int64_t> max_executions;
  // The same as a percentage of what the tenant has. Above 0, at most 100.
  std::optional<double> max_percent;
  // Nothing younger is deleted, whatever a task requests.
  std::optional<std::chrono::milliseconds> min_age = {};
  // The operator's rules (`retention`, tasks/retention/policy.h); nullptr: there are none.
  std::shared_ptr<const RetentionPolicy> retention = {};
  // A plan without an index is accepted.
  bool allow_scan = false;
};

// An entry of `policy.allow`: `a` is only that namespace, `a.*` those one level below it, `a.**` it
// and everything below, `**` all namespaces.
struct NamespacePattern {
  enum class Reach { itself, one_level, everything };

  explicit NamespacePattern(std::string_view pattern);
  bool matches(std::string_view name_space) const;

  std::string base;  // empty with `**`
  Reach reach = Reach::itself;
};

// The error of an entry of policy.allow. Nothing: it is valid.
std::optional<std::string> wrong_allowed_namespace(const std::string& pattern);

// The error of an entry of policy.protect. `a` and `a.**` are the same there, because everything
// below a protected namespace is protected too. `a.*` is refused: it would protect more than it
// says.
std::optional<std::string> wrong_protected_namespace(const std::string& pattern);

// The tenant that a task works in: `asked` if the policy has it ("" means no tenant); the policy's
// first if nothing was requested. Otherwise denied, at /tenant.
Outcome<std::optional<std::string>> allowed_tenant(const Policy& policy,
                                                   const std::optional<std::string>& asked);

// Denied if the policy forbids this namespace to a task that only reads, or that `removes`.
Outcome<void> check_namespace(const Policy& policy, const std::string& name_space, bool removes);

// The latest date up to which `policy.min-age` allows deletions now; without it, now.
document::Instant youngest_removable(const Policy& policy, document::Instant now);
// Denied, with this pointer, if a task would delete anything younger.
Outcome<void> check_min_age(const Policy& policy, document::Instant until,
                            document::Instant youngest, const std::string& pointer);

// Whether a task may delete rows of this namespace.
bool may_remove(const Policy& policy, std::string_view name_space);

}  // namespace winnow::tasks
