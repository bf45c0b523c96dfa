// The state of a connection's server when the connection was new, and whether it is still the same:
// for a connection that is kept for the next call (kept_connection.h).
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "database/target.h"

namespace winnow::database {

// Texts from the server, compared exactly.
class Standing {
 public:
  // Before any work. False: the server is not of the wanted kind, and nothing was noted.
  bool note(std::string found, bool takes_writes, Target wanted) {
    if (!is_wanted(wanted, takes_writes)) return false;
    noted_ = std::move(found);
    return true;
  }
  bool is_noted() const { return !noted_.empty(); }

  // Another call is served: its first round trip asks.
  void begin_call() {
    to_be_asked_ = true;
    answered_ = false;
  }
  // Whether this round trip asks. True once a call.
  bool take_question() { return std::exchange(to_be_asked_, false); }
  bool is_still(std::string_view found) const { return found == noted_; }

  // The current call got a reply.
  void note_answer() { answered_ = true; }
  void note_change(bool changed) { changed_ = changed; }
  // Whether a failed call may succeed on a new connection.
  bool is_outdated(bool broken) const { return changed_ || (broken && !answered_); }

 private:
  std::string noted_;  // empty: not asked yet
  bool to_be_asked_ = false;
  bool answered_ = true;
  bool changed_ = false;
};

}  // namespace winnow::database
