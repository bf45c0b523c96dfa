// A script of tests/servers and the folder of what it starts, for servers that belong to one test.
#pragma once

#include <filesystem>
#include <string>

namespace winnow::tests {

class ServerScript {
 public:
  // `name` as in tests/servers/NAME.sh. The folder is in memory if there is room.
  explicit ServerScript(const std::string& name);
  ServerScript(const ServerScript&) = delete;
  ServerScript& operator=(const ServerScript&) = delete;
  ~ServerScript();  // `stop`, and the folder is removed

  // Runs `start`, or another verb that starts, and returns the printed URL. Throws if there is
  // none.
  std::string start(const std::string& words = {}, const std::string& verb = "start");
  // Throws if it fails.
  void act(const std::string& verb, const std::string& words = {}) const;

 private:
  std::string command(const std::string& verb, const std::string& words) const;

  std::string script_;
  std::filesystem::path folder_;
};

}  // namespace winnow::tests
