#include "database/mysql/client/wait.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <system_error>

namespace winnow::database {
namespace {

constexpr int kGlance = 100;  // ms between two looks at a cancellation that can't wake

int timeout_of(const MysqlWait& wait) {
  using Clock = std::chrono::steady_clock;
  const bool glances = wait.watches && wait.wake < 0;
  if (wait.deadline == Clock::time_point::max()) return glances ? kGlance : -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(wait.deadline - Clock::now());
  const std::int64_t most = glances ? kGlance : 86'400'000;
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, most));
}

short events_of(int wanted) {
  int events = 0;
  if ((wanted & MYSQL_WAIT_READ) != 0) events |= POLLIN;
  if ((wanted & MYSQL_WAIT_WRITE) != 0) events |= POLLOUT;
  if ((wanted & MYSQL_WAIT_EXCEPT) != 0) events |= POLLPRI;
  return static_cast<short>(events);
}

int ready_of(short events, int wanted) {
  int ready = 0;
  if ((events & (POLLIN | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_READ;
  if ((events & (POLLOUT | POLLHUP | POLLERR)) != 0) ready |= MYSQL_WAIT_WRITE;
  if ((events & POLLPRI) != 0) ready |= MYSQL_WAIT_EXCEPT;
  return ready & wanted;
}

}  // namespace

Outcome<int> poll_mysql(const MysqlWait& wait) {
  std::array<pollfd, 2> descriptors = {pollfd{wait.socket, events_of(wait.wanted), 0},
                                       pollfd{wait.watches ? wait.wake : -1, POLLIN, 0}};
  if (::poll(descriptors.data(), descriptors.size(), timeout_of(wait)) < 0 && errno != EINTR) {
    return fail(FailureKind::internal, "poll: " + std::system_category().message(errno));
  }
  return ready_of(descriptors[0].revents, wait.wanted);
}

}  // namespace winnow::database
