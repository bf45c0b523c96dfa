// The client libraries that this process talks to databases with, for winnow_build_info.
#pragma once

#include <string>
#include <vector>

namespace winnow::database {

struct Client {
  std::string engine;   // "postgresql"
  std::string library;  // "libpq"
  std::string version;  // of the library that was loaded, "15.18"
};

// One per engine that this build can talk to.
std::vector<Client> clients();

}  // namespace winnow::database
