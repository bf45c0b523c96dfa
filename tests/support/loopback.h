// Sockets on 127.0.0.1 for the tests' own proxies and servers.
#pragma once

#include <cstdint>

#include <netinet/in.h>

namespace winnow::tests {

sockaddr_in loopback(std::uint16_t port);

// Listens on a free port, which it stores; the caller closes the descriptor. Throws if no port is
// free.
int listen_on_loopback(std::uint16_t& port);

// Closes what is open and leaves -1 in its place.
void close_socket(int& descriptor);

}  // namespace winnow::tests
