// A server whose kernel still takes connections while it answers nobody: stopped, swapped out, on a
// disk that hangs. A statement that waits is looked after by another session, and what becomes of
// that one's log-in tells a server that works from one that hangs.
#pragma once

#include <chrono>
#include <string>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// How long a statement has had no answer when it is looked after for the first time.
std::chrono::milliseconds first_look(const Settings& settings);

// The address that a socket leads to, without its port; empty where it leads to no other machine.
std::string peer_of(int socket);

// One look, for a statement that has waited for so long.
class ServerLook {
 public:
  ServerLook(const Settings& settings, std::chrono::milliseconds waited);

  // Of the session that looks.
  const Settings& settings() const { return settings_; }
  // Whether that session came to another server than `waiting`, the peer of the statement's
  // connection: a name that a fail-over moved. The look is at that peer itself then.
  bool went_elsewhere(const std::string& waiting, const std::string& looking);
  // Its log-in failed. A failure here: the server hangs, and the statement's connection is lost.
  Outcome<void> refused(const Failure& failure) const;

 private:
  using Clock = std::chrono::steady_clock;

  Settings settings_;
  std::chrono::milliseconds waited_;
  bool decides_;  // whether the statement has waited for long enough to be given up
  Clock::time_point began_ = Clock::now();
};

}  // namespace winnow::database
