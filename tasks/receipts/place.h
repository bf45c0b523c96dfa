// The database of a run, as named in its receipts.
#pragma once

#include <string>

#include "tasks/receipts/open_receipts.h"
#include "tasks/shared/reconnecting_connection.h"

namespace winnow::tasks {

struct Place {
  std::string database;
  // database::Identity::server.
  std::string server;

  bool operator==(const Place&) const = default;
};

// The database in a run's first record.
inline Place place_in(const Json& begin) {
  return {.database = text_in(begin, "database"), .server = text_in(begin, "server")};
}

Outcome<Place> place_of(ReconnectingConnection& connection, const Context& context);

}  // namespace winnow::tasks
