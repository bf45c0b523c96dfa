// A database server that a test may crash because nothing else uses it.
#pragma once

#include <string>

#include "tests/servers/server_script.h"

namespace winnow::tests {

class OwnServer {
 public:
  // "postgresql" or "mysql", started with further options. Throws if it can't be started.
  explicit OwnServer(const std::string& engine, const std::string& options = {})
      : script_(engine == "mysql" ? "mysql" : "postgres"), url_(script_.start(options)) {}

  const std::string& url() const { return url_; }
  // Ends every process of it at once and starts it again on the same data and port.
  void crash() const { script_.act("crash"); }
  // PostgreSQL: one of its sessions ends at once, so that the server ends all and recovers.
  void crash_a_session() const { script_.act("crash-session"); }
  // Stops every process of it, while the kernel accepts connections for it; and resumes them.
  void freeze() const { script_.act("freeze"); }
  void thaw() const { script_.act("thaw"); }

 private:
  ServerScript script_;
  std::string url_;
};

}  // namespace winnow::tests
