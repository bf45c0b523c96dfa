// Of which kind a server has to be: one that takes writes (a primary), one that takes none, or any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// The SQLSTATE of the failure to connect to a host that is up, and is not of Settings::target:
// PostgreSQL's own for a write on a read-only server.
constexpr std::string_view kNotTheTarget = "25006";

// What is asked of a host, in the order in which all of them are gone through. Of several hosts
// nobody wants the first that happens to be up: a replica takes no deletion.
std::vector<Target> rounds_of(const Settings& settings);

// Of which kind the server is that connect() looks for first: any, primary or standby.
Target first_choice(const Settings& settings);

// Whether a server that takes writes, or takes none, is of that kind.
bool is_wanted(Target wanted, bool takes_writes);

// Fails where the server is not of Settings::target; `what_it_is` tells a person why.
Outcome<void> check_kind(const Settings& settings, bool takes_writes, std::string_view what_it_is);

// What a connection's server was when the connection was new, and whether it is that still: for one
// that waits for the next call (kept_connection.h). Texts of the server's, compared as they are.
class Standing {
 public:
  // Before any work. False: the server is not of the wanted kind, and nothing was noted.
  bool note(std::string found, bool takes_writes, Target wanted);
  bool is_noted() const { return !noted_.empty(); }

  // Another call is served: its first round trip asks.
  void begin_call();
  // Whether this round trip asks. True once a call.
  bool take_question();
  bool is_still(std::string_view found) const { return found == noted_; }

  // The call that is served had an answer.
  void note_answer() { answered_ = true; }
  void note_change(bool changed) { changed_ = changed; }
  // Whether a call that failed may do well on a new connection.
  bool is_outdated(bool broken) const { return changed_ || (broken && !answered_); }

 private:
  std::string noted_;  // empty: nobody asked
  bool to_be_asked_ = false;
  bool answered_ = true;
  bool changed_ = false;
};

}  // namespace winnow::database
