// Detects a server that hangs while its kernel still accepts connections: stopped, swapped out, or
// on a disk that hangs. For a statement that waits, another session tries to log in: its outcome
// distinguishes a server that works from one that hangs.
#pragma once

#include <chrono>
#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// How long a statement waits for a reply before the first check.
std::chrono::milliseconds first_look(const Settings& settings);

// The peer address of a socket, without its port; empty if it leads to no other machine.
std::string peer_of(int socket);

// One check, for a statement that has waited this long.
class ServerLook {
 public:
  ServerLook(const Settings& settings, std::chrono::milliseconds waited);

  // The settings of the checking session.
  const Settings& settings() const { return settings_; }
  // Whether that session reached another server than `waiting`, the peer of the statement's
  // connection, because a failover moved the name. Then the check goes to that peer itself.
  bool went_elsewhere(const std::string& waiting, const std::string& looking);
  // Called if its log-in failed. A failure here: the server hangs, and the statement's connection
  // is lost.
  Outcome<void> refused(const Failure& failure) const;

 private:
  using Clock = std::chrono::steady_clock;

  Settings settings_;
  std::chrono::milliseconds waited_;
  bool decides_;  // whether the statement has waited long enough to give it up
  Clock::time_point began_ = Clock::now();
};

}  // namespace winnow::database
