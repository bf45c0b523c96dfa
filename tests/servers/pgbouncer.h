// A pgbouncer of the test's own (tests/servers/pgbouncer.sh), for as long as the object lives.
#pragma once

#include <cstdint>

#include "database/url/settings.h"
#include "tests/servers/server_script.h"

namespace winnow::tests {

class Pgbouncer {
 public:
  // In transaction mode, with one server connection for all. Throws if it can't be started.
  explicit Pgbouncer(const database::Settings& server);
  std::uint16_t port() const { return port_; }

 private:
  ServerScript script_;
  std::uint16_t port_;
};

}  // namespace winnow::tests
