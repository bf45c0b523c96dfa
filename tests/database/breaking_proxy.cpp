#include "tests/database/breaking_proxy.h"

#include <array>
#include <poll.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/support/loopback.h"

namespace winnow::tests {

SilentListener::SilentListener() : listener_(listen_on_loopback(port_)) {}
SilentListener::~SilentListener() {
  close();
}
void SilentListener::close() {
  close_socket(listener_);
}

BreakingProxy::BreakingProxy(std::string host, std::uint16_t port, std::string trigger, When when,
                             How how, std::function<void(std::string_view)> on_client)
    : host_(std::move(host)),
      target_(port),
      trigger_(std::move(trigger)),
      when_(when),
      how_(how),
      on_client_(std::move(on_client)),
      listener_(listen_on_loopback(port_)),
      thread_([this] { run(); }) {}

BreakingProxy::~BreakingProxy() {
  stop_ = true;
  thread_.join();
  for (auto& link : links_) {
    close_socket(link.client);
    close_socket(link.server);
  }
  close_socket(listener_);
}

int BreakingProxy::dial() const {
  auto address = loopback(target_);
  ::inet_pton(AF_INET, host_.c_str(), &address.sin_addr);
  int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    close_socket(descriptor);
  }
  return descriptor;
}

void BreakingProxy::accept_one() {
  const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  if (client < 0) return;
  ++accepted_;
  links_.push_back({.client = client, .server = broken_ ? -1 : dial()});
}

// Passes on what one side sent. False: this link is over.
bool BreakingProxy::serve(Link& link, bool from_client) {
  std::array<char, 65536> bytes{};
  const int from = from_client ? link.client : link.server;
  const int to = from_client ? link.server : link.client;
  const auto size = ::recv(from, bytes.data(), bytes.size(), 0);
  if (size <= 0) return false;
  if (from_client && link.answered) ++round_trips_;
  link.answered = !from_client;
  const std::string_view text(bytes.data(), static_cast<std::size_t>(size));
  if (from_client && on_client_) on_client_(text);
  const bool triggered = armed_ && from_client && text.find(trigger_) != std::string_view::npos;
  if (triggered) {
    armed_ = false;
    link.cut = true;
    broken_ = how_ != How::hang_up_once;
  }
  if (!triggered || when_ == When::after_forwarding) {
    [[maybe_unused]] const auto sent = ::send(to, text.data(), text.size(), MSG_NOSIGNAL);
  }
  return !triggered || how_ == How::fall_silent;
}

void BreakingProxy::run() {
  while (!stop_) {
    std::vector<pollfd> descriptors = {{listener_, POLLIN, 0}};
    for (const auto& link : links_) {
      // Once broken nothing is read any more: neither side hears of the other.
      const bool read = !broken_ && !link.cut;
      descriptors.push_back({read ? link.client : -1, POLLIN, 0});
      descriptors.push_back({read ? link.server : -1, POLLIN, 0});
    }
    if (::poll(descriptors.data(), descriptors.size(), 10) <= 0) continue;
    for (std::size_t at = 1; at < descriptors.size() && !broken_; ++at) {
      auto& link = links_[(at - 1) / 2];
      if (descriptors[at].revents == 0 || link.client < 0) continue;
      if (serve(link, at % 2 == 1)) continue;
      // The server reads what it was sent before it sees the end.
      if (link.cut && link.server >= 0) ::shutdown(link.server, SHUT_WR);
      close_socket(link.client);
      if (!link.cut) close_socket(link.server);
      ++ended_;
    }
    if (descriptors[0].revents != 0) accept_one();
  }
}

}  // namespace winnow::tests
