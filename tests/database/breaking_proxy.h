// A TCP proxy in front of a server that fails at a chosen moment, as networks do and no server can
// be told to.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace winnow::tests {

class BreakingProxy {
 public:
  enum class When { before_forwarding, after_forwarding };
  enum class How {
    hang_up,
    fall_silent,
    hang_up_once,  // the next connection is served as if nothing had been
  };

  // Breaks when a client sends `trigger`: before or after those bytes reached the server; the
  // server's replies to them are never passed on. Once broken it accepts connections and never
  // replies, unless it hangs up only once. `on_client`, on the proxy's own thread: has every byte
  // that a client sends.
  BreakingProxy(std::string host, std::uint16_t port, std::string trigger, When when, How how,
                std::function<void(std::string_view)> on_client = {});
  BreakingProxy(const BreakingProxy&) = delete;
  BreakingProxy& operator=(const BreakingProxy&) = delete;
  ~BreakingProxy();

  std::uint16_t port() const { return port_; }
  // How often a client has sent something after a reply: the round trips that it waited for.
  int round_trips() const { return round_trips_; }
  // How many connections have been taken, and how many have come to their end.
  int accepted() const { return accepted_; }
  int ended() const { return ended_; }

 private:
  struct Link {
    int client = -1;
    int server = -1;
    bool cut = false;  // by the trigger
    bool answered = true;
  };
  void run();
  void accept_one();
  bool serve(Link& link, bool from_client);
  int dial() const;

  std::string host_;
  std::uint16_t target_;
  std::string trigger_;
  When when_;
  How how_;
  std::function<void(std::string_view)> on_client_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  std::atomic<bool> stop_{false};
  bool armed_ = true;
  std::atomic<int> round_trips_{0};
  std::atomic<int> accepted_{0};
  std::atomic<int> ended_{0};
  bool broken_ = false;
  std::vector<Link> links_;
  std::thread thread_;
};

// A socket on a free loopback port that accepts connections and sends nothing.
class SilentListener {
 public:
  SilentListener();
  SilentListener(const SilentListener&) = delete;
  SilentListener& operator=(const SilentListener&) = delete;
  ~SilentListener();
  std::uint16_t port() const { return port_; }
  // Frees the port, so that connecting to it is refused.
  void close();

 private:
  std::uint16_t port_ = 0;
  int listener_ = -1;
};

}  // namespace winnow::tests
