// MySQL's first packets as someone in between, or an impostor, sees and sends them.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace winnow::tests {

// Forwards the messages of a client and a server, records the client's, and on request removes the
// offer of TLS from the server's greeting, as an attacker in the network would.
class MysqlRelay {
 public:
  enum class Greeting { as_it_is, without_tls };

  MysqlRelay(std::uint16_t server_port, Greeting greeting);
  MysqlRelay(const MysqlRelay&) = delete;
  MysqlRelay& operator=(const MysqlRelay&) = delete;
  ~MysqlRelay();

  std::uint16_t port() const { return port_; }
  // All that clients said up to now. Call it once their connections have ended.
  std::string client_bytes() const;

 private:
  void run();
  void serve(int client);

  std::uint16_t server_port_;
  Greeting greeting_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::string client_bytes_;
  std::thread thread_;
};

// Greets one client like a server of that version without TLS, answers its log-in with one packet
// and records what it then sends.
class FakeMysqlServer {
 public:
  FakeMysqlServer(std::string version, std::string answer);
  FakeMysqlServer(const FakeMysqlServer&) = delete;
  FakeMysqlServer& operator=(const FakeMysqlServer&) = delete;
  ~FakeMysqlServer();

  std::uint16_t port() const { return port_; }
  std::string client_bytes() const;

  // Possible replies of such a server to a log-in.
  static std::string welcome();
  static std::string ask_for(const std::string& plugin);

 private:
  void run();

  std::string version_;
  std::string answer_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  mutable std::mutex mutex_;
  std::string client_bytes_;
  std::thread thread_;
};

// The payloads of MySQL's packets in a conversation in plain text.
std::vector<std::string> mysql_packets(const std::string& bytes);

}  // namespace winnow::tests
