// Which database a run works on, as its receipts name it.
#pragma once

#include <string>

#include "tasks/receipts/open_receipts.h"
#include "tasks/shared/reconnecting_connection.h"

namespace winnow::tasks {

struct Place {
  std::string database;
  // database::Identity::server.
  std::string server;

  // Whether a run's first record names this one.
  bool is_that_of(const Json& begin) const {
    return text_in(begin, "database") == database && text_in(begin, "server") == server;
  }
};

Outcome<Place> place_of(ReconnectingConnection& connection, const Context& context);

}  // namespace winnow::tasks
