// The database client libraries of this process, for winnow_build_info.
#pragma once

#include <string>
#include <vector>

namespace winnow::database {

struct Client {
  std::string engine;   // "postgresql"
  std::string library;  // "libpq"
  std::string version;  // of the library that was loaded, "15.18"
};

// One per engine that this build supports.
std::vector<Client> clients();

}  // namespace winnow::database
