#include "tasks/receipts/place.h"

#include "outcome/try.h"

namespace winnow::tasks {

Outcome<Place> place_of(ReconnectingConnection& connection, const Context& context) {
  if (context.database.engine == database::Engine::sqlite) {
    return Place{.database = context.database.database, .server = {}};
  }
  Place place;
  WINNOW_CHECK(connection.retry({.run = [&](database::Connection& asked) -> Outcome<void> {
    WINNOW_TRY(const auto identity, asked.identify(database::Connection::Ask::place_and_server));
    place = {.database = identity.database, .server = identity.server};
    return {};
  }}));
  return place;
}

}  // namespace winnow::tasks
