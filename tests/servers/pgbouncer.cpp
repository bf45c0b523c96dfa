#include "tests/servers/pgbouncer.h"

#include <string>

namespace winnow::tests {

Pgbouncer::Pgbouncer(const database::Settings& server)
    : script_("pgbouncer"),
      port_(static_cast<std::uint16_t>(
          std::stoi(script_.start(server.host + " " + std::to_string(server.port) + " " +
                                  server.user + " " + server.password)))) {}

}  // namespace winnow::tests
