// A pgbouncer of the test's own (tests/servers/pgbouncer.sh), for as long as the object lives.
#pragma once

#include <cstdint>
#include <filesystem>

#include "database/url/settings.h"

namespace winnow::tests {

class Pgbouncer {
 public:
  explicit Pgbouncer(const database::Settings& server);
  Pgbouncer(const Pgbouncer&) = delete;
  Pgbouncer& operator=(const Pgbouncer&) = delete;
  ~Pgbouncer();
  std::uint16_t port() const { return port_; }

 private:
  std::filesystem::path folder_;
  std::uint16_t port_ = 0;
};

}  // namespace winnow::tests
