#include "plugin/configuration/pace.h"

#include <filesystem>

#include "database/url/datasource.h"
#include "document/pointer.h"
#include "outcome/try.h"

namespace winnow::plugin {
namespace {

using document::Json;

// `null` switches a limit off.
void read_limit(const Json& health, const char* name, std::optional<std::int64_t>& limit) {
  const auto found = health.find(name);
  if (found == health.end()) return;
  limit = found->is_null() ? std::nullopt : std::optional(found->get<std::int64_t>());
}

tasks::HealthLimits read_health(const Json& health) {
  tasks::HealthLimits limits;
  read_limit(health, "lockWaiters", limits.lock_waiters);
  read_limit(health, "walBytesPerSecond", limits.wal_per_second);
  read_limit(health, "historyLength", limits.history_length);
  read_limit(health, "threadsRunning", limits.threads_running);
  read_limit(health, "flowControlQueue", limits.flow_control_queue);
  limits.autovacuum = health.value("autovacuum", limits.autovacuum);
  return limits;
}

Outcome<database::Settings> replica_at(const std::string& url, const database::Settings& database) {
  WINNOW_TRY(auto settings, database::read_datasource({.url = url, .username = database.user}));
  if (settings.password.empty()) settings.password = database.password;
  if (settings.engine == database.engine) return settings;
  return fail(FailureKind::configuration, "is another kind of server than the database");
}

}  // namespace

Outcome<tasks::Pace> read_operators_pace(const Json& object,
                                         const std::optional<database::Settings>& database) {
  WINNOW_TRY(auto pace, tasks::read_pace(object, ""));
  pace.stop_file = object.value("stopFile", "");
  if (!pace.stop_file.empty() && !std::filesystem::path(pace.stop_file).is_absolute()) {
    return fail(FailureKind::configuration,
                "has to be an absolute path: a relative one would mean another file elsewhere",
                "/stopFile");
  }
  pace.health = read_health(object.value("health", Json::object()));
  const auto replicas = object.value("replicas", Json::array());
  for (std::size_t at = 0; at < replicas.size(); ++at) {
    const auto pointer = document::pointer_to("/replicas", at);
    if (!database) return fail(FailureKind::configuration, "no database is configured", pointer);
    auto replica = replica_at(replicas[at].get<std::string>(), *database);
    if (!replica) return fail(FailureKind::configuration, replica.error().message, pointer);
    pace.replicas.push_back(std::move(*replica));
  }
  return pace;
}

}  // namespace winnow::plugin
