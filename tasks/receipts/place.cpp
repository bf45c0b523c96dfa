#include "tasks/receipts/place.h"

#include <filesystem>
#include <system_error>

#include "outcome/try.h"

namespace winnow::tasks {

Outcome<Place> place_of(ReconnectingConnection& connection, const Context& context) {
  if (context.database.engine == database::Engine::sqlite) {
    std::error_code failure;
    const auto path = std::filesystem::weakly_canonical(context.database.database, failure);
    return Place{.database = failure ? context.database.database : path.string(), .server = {}};
  }
  WINNOW_TRY(const auto identity, connection.read([](database::Connection& asked) {
    return asked.identify(database::Connection::Ask::place_and_server);
  }));
  return Place{.database = identity.database, .server = identity.server};
}

}  // namespace winnow::tasks
