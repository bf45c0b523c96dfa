#include "tests/faults/message_proxy.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/faults/intercepted_calls.h"
#include "tests/support/loopback.h"

namespace winnow::tests {
namespace {

constexpr auto kStall = std::chrono::milliseconds(150);

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const unsigned char byte : bytes) number = (number << 8U) + byte;
  return number;
}

void send_at_once(int descriptor) {
  const int on = 1;
  ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void send_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the other side has closed: the next read will show it
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

}  // namespace

const char* name_of(Harm harm) {
  switch (harm) {
    case Harm::none:
      return "none";
    case Harm::cut_before:
      return "cut before";
    case Harm::cut_inside:
      return "cut inside";
    case Harm::cut_after:
      return "cut after";
    case Harm::reset:
      return "reset";
    case Harm::half_close:
      return "half-close";
    case Harm::stall:
      return "stall";
    case Harm::slice:
      return "slice";
    case Harm::deliver_late:
      return "deliver late";
  }
  return "?";
}

MessageProxy::MessageProxy(const database::Settings& server)
    : server_(server),
      postgres_(server.engine == database::Engine::postgresql),
      listener_(listen_on_loopback(port_)) {}

MessageProxy::~MessageProxy() {
  stop();
  close_socket(listener_);
}

void MessageProxy::harm(Harm harm, std::uint64_t at, std::string text) {
  harm_ = harm;
  at_ = at;
  text_ = std::move(text);
  counting_ = text_.empty();
}

void MessageProxy::start() {
  thread_ = std::thread([this] {
    const Exempt exempt;
    run();
  });
}

void MessageProxy::stop() {
  stop_ = true;
  if (thread_.joinable()) thread_.join();
  for (auto& link : links_) {
    close_socket(link.client.descriptor);
    close_socket(link.server.descriptor);
  }
  links_.clear();
}

std::string MessageProxy::chosen() const {
  std::string text;
  for (const char letter : chosen_.substr(0, 60)) {
    text += std::isprint(static_cast<unsigned char>(letter)) != 0 ? letter : '.';
  }
  return text;
}

void MessageProxy::run() {
  while (!stop_) {
    std::vector<pollfd> descriptors = {{listener_, POLLIN, 0}};
    std::vector<std::pair<Link*, bool>> sides;  // link, whether it is the client's side
    for (auto& link : links_) {
      for (const bool client : {true, false}) {
        const auto& side = client ? link.client : link.server;
        if (link.over || side.ended) continue;
        descriptors.push_back({side.descriptor, POLLIN, 0});
        sides.emplace_back(&link, client);
      }
    }
    if (::poll(descriptors.data(), descriptors.size(), 20) <= 0) {
      constexpr int kQuiet = 15;
      if (++quiet_ >= kQuiet) deliver_what_is_late();
      continue;
    }
    quiet_ = 0;
    for (std::size_t i = 0; i < sides.size(); ++i) {
      if (descriptors[i + 1].revents != 0) read_from(*sides[i].first, sides[i].second);
    }
    if (descriptors[0].revents != 0) accept_one();
    links_.remove_if([](const Link& link) { return link.over && link.server.descriptor < 0; });
  }
  deliver_what_is_late();
}

void MessageProxy::deliver_what_is_late() {
  if (late_) late_();
  late_ = nullptr;
}

void MessageProxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto address = loopback(server_.port);
  ::inet_pton(AF_INET, server_.host.c_str(), &address.sin_addr);
  if (::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(client);
    close_socket(server);
    return;
  }
  send_at_once(client);
  send_at_once(server);
  links_.push_back({.client = {.descriptor = client, .buffer = {}},
                    .server = {.descriptor = server, .buffer = {}}});
}

void MessageProxy::read_from(Link& link, bool from_client) {
  if (link.over) return;
  auto& side = from_client ? link.client : link.server;
  std::array<char, 65536> bytes{};
  const auto size = ::recv(side.descriptor, bytes.data(), bytes.size(), 0);
  if (size <= 0) return end_of(link, from_client);
  side.buffer.append(bytes.data(), static_cast<std::size_t>(size));
  while (!link.over) {
    const auto whole = message_size(side, from_client);
    if (whole == 0 || side.buffer.size() < whole) return;
    const auto message = side.buffer.substr(0, whole);
    side.buffer.erase(0, whole);
    side.greeted = true;
    pass(link, from_client, message);
  }
}

// The size of the message at the beginning of the buffer; 0 if that is not known yet.
std::size_t MessageProxy::message_size(const Side& side, bool from_client) const {
  const std::string_view bytes = side.buffer;
  if (!postgres_) {  // three bytes of length, the lowest first, and a number
    if (bytes.size() < 4) return 0;
    const auto byte = [&](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at]));
    };
    return 4 + byte(0) + (byte(1) << 8U) + (byte(2) << 16U);
  }
  const bool typed = side.greeted || !from_client;
  const std::size_t head = typed ? 1 : 0;
  if (bytes.size() < head + 4) return 0;
  return head + big_endian(bytes.substr(head, 4));
}

void MessageProxy::pass(Link& link, bool from_client, const std::string& message) {
  ++messages_;
  // The client is back, and asks: now the old message arrives.
  if (late_ && from_client && ++counted_ >= late_after_) deliver_what_is_late();
  if (!struck_ && at_ > 0) {
    counting_ = counting_ || holds_word(message, text_);
    if (counting_ && ++counted_ == at_) {
      struck_ = true;
      chosen_ = (from_client ? "to the server: " : "to the client: ") + message;
      if (on_chosen) on_chosen();
      return strike(link, from_client, message);
    }
  }
  if (slice_all_) {
    deliver_sliced(link, from_client, message);
  } else {
    deliver(link, from_client, message);
  }
}

void MessageProxy::strike(Link& link, bool from_client, const std::string& message) {
  switch (harm_) {
    case Harm::none:
      return deliver(link, from_client, message);
    case Harm::cut_before:
      return end(link, false);
    case Harm::cut_inside:
      deliver(link, from_client, std::string_view(message).substr(0, message.size() / 2));
      return end(link, false);
    case Harm::cut_after:
      deliver(link, from_client, message);
      return end(link, false);
    case Harm::reset:
      return end(link, true);
    case Harm::half_close:
      deliver(link, from_client, message);
      ::shutdown(link.client.descriptor, SHUT_WR);
      return;
    case Harm::stall:
      std::this_thread::sleep_for(kStall);
      return deliver(link, from_client, message);
    case Harm::slice:
      return deliver_sliced(link, from_client, message);
    case Harm::deliver_late:
      if (!from_client) return end(link, false);
      close_socket(link.client.descriptor);
      link.over = true;
      counted_ = 0;
      late_ = [this, &link, message] {
        send_all(link.server.descriptor, message + link.client.buffer);
        ::shutdown(link.server.descriptor, SHUT_WR);
      };
      return;
  }
}

void MessageProxy::deliver(Link& link, bool to_server, std::string_view bytes) const {
  send_all(to_server ? link.server.descriptor : link.client.descriptor, bytes);
}

void MessageProxy::deliver_sliced(Link& link, bool to_server, std::string_view bytes) const {
  for (std::size_t at = 0; at < bytes.size(); ++at) deliver(link, to_server, bytes.substr(at, 1));
}

void MessageProxy::end(Link& link, bool reset) const {
  for (auto* side : {&link.client, &link.server}) {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    if (reset) ::setsockopt(side->descriptor, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close_socket(side->descriptor);
  }
  link.over = true;
}

// One side hung up: the other hears of it.
void MessageProxy::end_of(Link& link, bool client_ended) {
  auto& ended = client_ended ? link.client : link.server;
  auto& other = client_ended ? link.server : link.client;
  ended.ended = true;
  if (other.ended) return end(link, false);
  ::shutdown(other.descriptor, SHUT_WR);
  // A closed client will read nothing more; a closed server will not reply.
  if (!client_ended) end(link, false);
}

}  // namespace winnow::tests
