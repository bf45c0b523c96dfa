// A proxy before a database server that knows where a message of its protocol ends, numbers the
// messages of a whole run in both directions, and causes a fault at a given one.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <thread>
#include <vector>

#include "database/url/settings.h"

namespace winnow::tests {

// What befalls the message with the chosen number.
enum class Harm {
  none,
  cut_before,  // the connection ends, the message is lost
  cut_inside,  // half of it arrives, then the connection ends
  cut_after,   // it arrives, then the connection ends
  reset,       // it is lost, and the connection ends by RST
  // It arrives, then the client sees the server's end; what the client sends still arrives.
  half_close,
  stall,        // it arrives a while later
  slice,        // it arrives byte by byte
  deliver_late  // the client is cut off at once; the message arrives when it has reconnected
};
const char* name_of(Harm harm);

class MessageProxy {
 public:
  // In front of the server of these settings. No thread runs before start(): a process may fork
  // between.
  explicit MessageProxy(const database::Settings& server);
  MessageProxy(const MessageProxy&) = delete;
  MessageProxy& operator=(const MessageProxy&) = delete;
  ~MessageProxy();

  std::uint16_t port() const { return port_; }

  // From message `at` (from 1, over all connections, both directions; 0: none). With `text`, the
  // count begins at the first message that contains it: `at` 1 is that one.
  void harm(Harm harm, std::uint64_t at, std::string text = {});
  // deliver_late: the old message arrives after the reconnected client has sent this many messages,
  // or has been waiting for a while.
  void late_after(std::uint64_t messages) { late_after_ = messages; }
  // Every message arrives byte by byte.
  void slice_all() { slice_all_ = true; }
  // Called on the proxy's thread when the chosen message is there, before it is harmed or passed
  // on.
  std::function<void()> on_chosen;

  void start();
  // The number of forwarded messages in both directions; constant once it is stopped.
  std::uint64_t messages() const { return messages_; }
  bool struck() const { return struck_; }
  // What the chosen message was: its direction and its first bytes, printable.
  std::string chosen() const;
  void stop();

 private:
  struct Side {
    int descriptor = -1;
    std::string buffer;    // bytes that are no whole message yet
    bool greeted = false;  // PostgreSQL's first message has no type
    bool ended = false;
  };
  struct Link {
    Side client;
    Side server;
    bool over = false;
  };

  void run();
  void accept_one();
  void read_from(Link& link, bool from_client);
  std::size_t message_size(const Side& side, bool from_client) const;
  void pass(Link& link, bool from_client, const std::string& message);
  void strike(Link& link, bool from_client, const std::string& message);
  void deliver(Link& link, bool to_server, std::string_view bytes) const;
  void deliver_sliced(Link& link, bool to_server, std::string_view bytes) const;
  void end(Link& link, bool reset) const;
  void end_of(Link& link, bool client_ended);
  void deliver_what_is_late();

  database::Settings server_;
  bool postgres_;
  std::uint16_t port_ = 0;
  int listener_ = -1;
  Harm harm_ = Harm::none;
  std::uint64_t at_ = 0;
  std::string text_;
  bool counting_ = true;
  bool slice_all_ = false;
  std::uint64_t counted_ = 0;
  std::atomic<std::uint64_t> messages_{0};
  std::atomic<bool> struck_{false};
  std::string chosen_;
  std::list<Link> links_;
  std::function<void()> late_;  // what is still to be delivered
  std::uint64_t late_after_ = 2;
  int quiet_ = 0;  // polls without traffic
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace winnow::tests
