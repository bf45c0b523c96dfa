#include "tests/database/mysql/wire.h"

#include <array>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "tests/support/loopback.h"

namespace winnow::tests {
namespace {

constexpr int kGlance = 10;        // ms between two looks at `stop`
constexpr unsigned kTls = 0x0800;  // CLIENT_SSL

// A client, or -1 once it is time to stop.
int accept_until(int listener, const std::atomic<bool>& stop) {
  while (!stop) {
    pollfd descriptor{listener, POLLIN, 0};
    if (::poll(&descriptor, 1, kGlance) > 0)
      return ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
  }
  return -1;
}

// What came, empty at the end.
std::string receive(int socket) {
  std::array<char, 65536> bytes{};
  const auto size = ::recv(socket, bytes.data(), bytes.size(), 0);
  return size <= 0 ? std::string() : std::string(bytes.data(), static_cast<std::size_t>(size));
}

std::string receive_until(int socket, const std::atomic<bool>& stop) {
  while (!stop) {
    pollfd descriptor{socket, POLLIN, 0};
    if (::poll(&descriptor, 1, kGlance) > 0) return receive(socket);
  }
  return {};
}

void send_all(int socket, const std::string& bytes) {
  [[maybe_unused]] const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

std::string packet(int number, const std::string& payload) {
  const auto size = payload.size();
  std::string bytes{static_cast<char>(size & 0xFFU), static_cast<char>(size >> 8U & 0xFFU),
                    static_cast<char>(size >> 16U & 0xFFU), static_cast<char>(number)};
  return bytes + payload;
}

// The lower half of the capabilities follows the version's end, a thread's number, 8 bytes and a
// zero.
std::string without_tls(std::string greeting) {
  const auto at = greeting.find('\0', 5) + 1 + 4 + 8 + 1;
  if (at + 1 >= greeting.size()) throw std::runtime_error("this greeting is too short");
  greeting[at + 1] =
      static_cast<char>(static_cast<unsigned char>(greeting[at + 1]) & ~(kTls >> 8U));
  return greeting;
}

std::string greeting_of(const std::string& version) {
  // All capabilities of a MySQL server but TLS and compression.
  constexpr unsigned kCapabilities = 0xDFFFF7DF;
  std::string payload = "\x0a" + version + '\0' + std::string("\x07\0\0\0", 4) + "abcdefgh" + '\0';
  payload += static_cast<char>(kCapabilities & 0xFFU);
  payload += static_cast<char>(kCapabilities >> 8U & 0xFFU);
  payload += '\x2d';                    // utf8mb4
  payload += std::string("\x02\0", 2);  // autocommit
  payload += static_cast<char>(kCapabilities >> 16U & 0xFFU);
  payload += static_cast<char>(kCapabilities >> 24U & 0xFFU);
  payload +=
      '\x15' + std::string(10, '\0') + "ijklmnopqrst" + '\0' + "caching_sha2_password" + '\0';
  return packet(0, payload);
}

}  // namespace

MysqlRelay::MysqlRelay(std::uint16_t server_port, Greeting greeting)
    : server_port_(server_port),
      greeting_(greeting),
      listener_(listen_on_loopback(port_)),
      thread_([this] { run(); }) {}

MysqlRelay::~MysqlRelay() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

std::string MysqlRelay::client_bytes() const {
  const std::lock_guard lock(mutex_);
  return client_bytes_;
}

// One client at a time is enough: none of the tests cancels.
void MysqlRelay::run() {
  while (!stop_) {
    const int client = accept_until(listener_, stop_);
    if (client < 0) continue;
    serve(client);
    ::close(client);
  }
}

void MysqlRelay::serve(int client) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const auto address = loopback(server_port_);
  bool open = ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  bool greeted = false;
  while (open && !stop_) {
    std::array<pollfd, 2> descriptors = {pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (::poll(descriptors.data(), descriptors.size(), kGlance) <= 0) continue;
    if (descriptors[0].revents != 0) {
      const auto bytes = receive(client);
      const std::lock_guard lock(mutex_);
      client_bytes_ += bytes;
      open = !bytes.empty();
      send_all(server, bytes);
    }
    if (descriptors[1].revents != 0) {
      auto bytes = receive(server);
      open = open && !bytes.empty();
      if (open && !greeted && greeting_ == Greeting::without_tls) bytes = without_tls(bytes);
      greeted = true;
      send_all(client, bytes);
    }
  }
  ::close(server);
}

FakeMysqlServer::FakeMysqlServer(std::string version, std::string answer)
    : version_(std::move(version)),
      answer_(std::move(answer)),
      listener_(listen_on_loopback(port_)),
      thread_([this] { run(); }) {}

FakeMysqlServer::~FakeMysqlServer() {
  stop_ = true;
  thread_.join();
  ::close(listener_);
}

std::string FakeMysqlServer::client_bytes() const {
  const std::lock_guard lock(mutex_);
  return client_bytes_;
}

void FakeMysqlServer::run() {
  const int client = accept_until(listener_, stop_);
  if (client < 0) return;
  send_all(client, greeting_of(version_));
  bool answered = false;
  for (auto bytes = receive_until(client, stop_); !bytes.empty();
       bytes = receive_until(client, stop_)) {
    const std::lock_guard lock(mutex_);
    client_bytes_ += bytes;
    if (!answered) send_all(client, answer_);
    answered = true;
  }
  ::close(client);
}

std::string FakeMysqlServer::welcome() {
  return packet(2, std::string("\0\0\0\x02\0\0\0", 7));
}

std::string FakeMysqlServer::ask_for(const std::string& plugin) {
  return packet(2, "\xfe" + plugin + '\0' + "abcdefghijklmnopqrst" + '\0');
}

std::vector<std::string> mysql_packets(const std::string& bytes) {
  std::vector<std::string> packets;
  for (std::size_t at = 0; at + 4 <= bytes.size();) {
    const auto byte = [&](std::size_t offset) {
      return static_cast<unsigned char>(bytes[at + offset]);
    };
    const std::size_t size = byte(0) + (byte(1) << 8U) + (byte(2) << 16U);
    packets.push_back(bytes.substr(at + 4, size));
    at += 4 + size;
  }
  return packets;
}

}  // namespace winnow::tests
