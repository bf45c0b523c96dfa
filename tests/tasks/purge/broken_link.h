// A bed's link to its server, through a proxy that reads along and may break it.
#pragma once

#include <cstdint>
#include <string>

#include "database/url/settings.h"
#include "tests/database/breaking_proxy.h"

namespace winnow::tests {

// The settings that lead to a proxy on this port; MySQL without TLS, which the proxy can't read.
inline database::Settings through(std::uint16_t port, database::Settings settings) {
  settings.host = "127.0.0.1";
  settings.port = port;
  if (settings.engine == database::Engine::mysql) settings.options["ssl-mode"] = "DISABLED";
  return settings;
}

// Breaks the first link that sends a COMMIT, and none after it.
inline BreakingProxy breaking_at_commit(const database::Settings& settings,
                                        BreakingProxy::When when) {
  // As in the protocol; READ COMMITTED is not a COMMIT.
  using std::string_literals::operator""s;
  const bool mysql = settings.engine == database::Engine::mysql;
  return {settings.host, settings.port, mysql ? "\3COMMIT"s : "\0COMMIT\0"s, when,
          BreakingProxy::How::hang_up_once};
}

}  // namespace winnow::tests
