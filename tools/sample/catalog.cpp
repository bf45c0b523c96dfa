#include "tools/sample/catalog.h"

#include <array>

namespace winnow::sample {
namespace {

constexpr auto kStates = std::to_array<StateShare>({
    {"SUCCESS", 620, true},
    {"FAILED", 90, true},
    {"WARNING", 50, true},
    {"KILLED", 30, true},
    {"CANCELLED", 20, true},
    {"RETRIED", 15, true},
    {"SKIPPED", 15, true},
    {"RESUBMITTED", 10, true},
    {"PAUSED", 40, true},
    {"RUNNING", 40, false},
    {"QUEUED", 20, false},
    {"CREATED", 15, false},
    {"RESTARTED", 10, false},
    {"KILLING", 5, false},
    {"RETRYING", 10, false},
    {"BREAKPOINT", 5, false},
    {"SUBMITTED", 5, false},
});

// A purge of company.team selects this namespace and company.team.*, and none of the others; one of
// company.team_x does not select company.teamAx.*, although `_` is a wildcard of LIKE.
constexpr auto kNamespaces = std::to_array<NamespaceShare>({
    {"company.team", 300},
    {"company.team.sub", 100},
    {"company.team.sub.deeper", 40},
    {"company.team.SUB", 20},
    {"company.teamx", 100},
    {"company.teamx.sub", 30},
    {"company.team-x", 20},
    {"Company.Team", 60},
    {"Company.Team.Sub", 20},
    {"COMPANY.TEAM", 10},
    {"company.team_x", 40},
    {"company.team_x.sub", 30},
    {"company.teamAx", 20},
    {"company.teamAx.sub", 30},
    {"company", 40},
    {"mycompany.team", 20},
    {"company.team%", 15},
    {"company.team%.sub", 10},
    {"o'brien.\"quoted\"", 15},
    {"back\\slash.team", 10},
    {"m\u00fcller.\u65e5\u672c", 10},
    {"other", 40},
    {"system", 20},
});

constexpr auto kFlows = std::to_array<std::string_view>({
    "daily",
    "hourly_sync",
    "close_month",
    "CloseMonth",
    "import-orders",
    "it's",
    "100%_off",
    "say \"hello\"",
    "caf\u00e9",
    "\u65e5\u672c flow",
    "a_very_long_flow_name_that_somebody_gave_in_a_hurry",
});

constexpr auto kTasks = std::to_array<std::string_view>({
    "extract",
    "transform_rows",
    "load",
    "notify",
    "Check Results",
});

constexpr auto kMessages = std::to_array<std::string_view>({
    "Starting task",
    "Task finished in 00:00:04.120",
    "42 rows written to \"orders\"",
    "can't connect: it's the 3rd attempt",
    "progress 50% of 'everything' done",
    "path C:\\data\\in\\file.csv not found",
    "first line\nsecond line\ttabbed",
    "\u00fcn\u00efc\u00f6d\u00e9 \u65e5\u672c\u8a9e \U0001F680",
    "{\"nested\": {\"json\": [1, 2, null]}}",
    "'; DROP TABLE executions; --",
    "",
});

constexpr auto kWords = std::to_array<std::string_view>({
    "order",   "invoice",   "customer", "region", "north",     "south",      "total",
    "pending", "batch",     "file",     "report", "monthly",   "price",      "stock",
    "amount",  "delivered", "don't",    "50%",    "caf\u00e9", "\"quoted\"",
});

}  // namespace

std::span<const StateShare> states() {
  return kStates;
}
std::span<const NamespaceShare> namespaces() {
  return kNamespaces;
}
std::span<const std::string_view> flows() {
  return kFlows;
}
std::span<const std::string_view> tasks() {
  return kTasks;
}
std::span<const std::string_view> messages() {
  return kMessages;
}
std::span<const std::string_view> words() {
  return kWords;
}

}  // namespace winnow::sample
