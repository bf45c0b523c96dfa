// A database server that a test may crash: nobody else's.
#pragma once

#include <filesystem>
#include <string>

namespace winnow::tests {

class OwnServer {
 public:
  // "postgresql" or "mysql", started with further options of its own. Throws where it can't be
  // started.
  explicit OwnServer(const std::string& engine, const std::string& options = {});
  OwnServer(const OwnServer&) = delete;
  OwnServer& operator=(const OwnServer&) = delete;
  ~OwnServer();

  const std::string& url() const { return url_; }
  // Ends every process of it at once and starts it again on the same data and port.
  void crash() const;
  // PostgreSQL: one of its sessions ends at once, so that the server ends all and recovers.
  void crash_a_session() const;

 private:
  std::string command(const std::string& verb) const;
  void crash_by(const std::string& verb) const;

  std::string script_;
  std::filesystem::path folder_;
  std::string url_;
};

}  // namespace winnow::tests
