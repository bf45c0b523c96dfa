// The operator's limits: which tenants and namespaces a task may touch, and how many rows it may
// remove. A flow's author reaches nothing beyond them.
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
  // The first is the default; nothing stands for "no tenant". Empty: "main" alone.
  std::vector<std::optional<std::string>> tenants;
  // Namespaces that a task may touch, as NamespacePattern has them. Empty: every one.
  std::vector<std::string> allow;
  // Namespaces of which nothing is removed, each with all below it.
  std::vector<std::string> protect;
  // A task that would remove more than this, counted in what it removes (executions, logs, orphaned
  // rows, folders), is refused before it removes any.
  std::optional<std::int64_t> max_executions;
  // The same in percent of what the tenant has of it. Above 0, at most 100.
  std::optional<double> max_percent;
  // Nothing goes that is younger, whatever a task asks for.
  std::optional<std::chrono::milliseconds> min_age = {};
  // The operator's rules (`retention`, tasks/retention/policy.h); nullptr: there are none.
  std::shared_ptr<const RetentionPolicy> retention = {};
  // A plan without an index is accepted.
  bool allow_scan = false;
};

// An entry of `policy.allow`: `a` is that namespace alone, `a.*` what lies one level below it,
// `a.**` it and everything below, `**` every namespace.
struct NamespacePattern {
  enum class Reach { itself, one_level, everything };

  explicit NamespacePattern(std::string_view pattern);
  bool matches(std::string_view name_space) const;

  std::string base;  // empty with `**`
  Reach reach = Reach::itself;
};

// What is wrong with an entry of policy.allow. Nothing: it is right.
std::optional<std::string> wrong_allowed_namespace(const std::string& pattern);

// What is wrong with an entry of policy.protect. `a` and `a.**` are the same there, because what
// lies below a protected namespace is protected too. `a.*` is refused: it would say less than it
// does.
std::optional<std::string> wrong_protected_namespace(const std::string& pattern);

// The tenant that a task works in: `asked` if the policy has it, where "" stands for no tenant; the
// policy's first where nothing was asked for. Denied otherwise, at /tenant.
Outcome<std::optional<std::string>> allowed_tenant(const Policy& policy,
                                                   const std::optional<std::string>& asked);

// Denied where the policy keeps this namespace from a task that only reads it, or that `removes`.
Outcome<void> check_namespace(const Policy& policy, const std::string& name_space, bool removes);

// The latest date that `policy.min-age` lets go at this moment; without it, the moment itself.
document::Instant youngest_removable(const Policy& policy, document::Instant now);
// Denied, with this pointer, where a task would remove what is younger.
Outcome<void> check_min_age(const Policy& policy, document::Instant until,
                            document::Instant youngest, const std::string& pointer);

// Whether a task may remove what belongs to this namespace.
bool may_remove(const Policy& policy, std::string_view name_space);

}  // namespace winnow::tasks
