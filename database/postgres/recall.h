// What PostgreSQL's catalog and its lists of namespaces answered before, so that a call can begin with
// its own statement and have them confirmed in the same round trip.
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "database/statement.h"
#include "database/url/settings.h"

namespace winnow::database {

// The rows of a query of one column, NULL as an empty string.
using PostgresTexts = std::vector<std::string>;

// One for the process, because Kestra opens an instance of the library for each run. Thread-safe.
class PostgresMemory {
 public:
  // `settings`: whose server, database, user, role and search path an answer holds for.
  static std::string key_of(const Settings& settings, const Statement& statement);

  std::optional<PostgresTexts> find(const std::string& key) const;
  void keep(const std::string& key, PostgresTexts answer);

 private:
  // A few statements for each database; should a host make up ever new ones, it begins again.
  static constexpr std::size_t kMost = 1'000;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, PostgresTexts> answers_;
};

PostgresMemory& postgres_memory();

}  // namespace winnow::database
