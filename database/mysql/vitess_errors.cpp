#include "database/mysql/vitess_errors.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace winnow::database {
namespace {

using enum FailureKind;

struct Words {
  std::string_view words;
  FailureKind kind;
  bool retryable;
  Blame blame = Blame::none;
};

constexpr std::array kWords = {
    // transaction_mode = 'single': the keys lie on several shards, as after a resharding. Fewer may
    // lie on one.
    Words{"multi-db transaction attempted", conflict, true, Blame::some_rows},
    // A tablet gives so many rows at once (queryserver-config-max-result-size).
    Words{"Row count exceeded", unavailable, false, Blame::number_of_rows},
    // A transaction that its tablet has ended, with what it did.
    Words{"code = Aborted", conflict, true}, Words{"transaction pool", conflict, true},
    Words{"pool connection limit exceeded", conflict, true},
    // A tablet that is away: its vtgate stays, and finds the next one.
    Words{"code = Unavailable", unavailable, true}, Words{"code = ClusterEvent", unavailable, true},
    Words{"code = FailedPrecondition", unavailable, true},
    Words{"code = Canceled", unavailable, true},
    Words{"code = DeadlineExceeded", unavailable, true}, Words{"healthy tablet", unavailable, true},
    Words{"not serving", unavailable, true}, Words{"NOT_SERVING", unavailable, true},
    Words{"primary is not", unavailable, true}, Words{"no valid tablet", unavailable, true},
    Words{"disallowed due to rule", unavailable, true}};

// What a tablet's own MySQL says has its number, and is read by it.
bool is_of_mysql(std::string_view message) {
  return message.find("(errno ") != std::string_view::npos &&
         message.find("(errno 2013)") == std::string_view::npos &&
         message.find("(errno 2006)") == std::string_view::npos;
}

}  // namespace

void read_vitess_failure(Failure& failure) {
  const std::string_view message = failure.message;
  const auto* found = std::ranges::find_if(kWords, [&](const Words& each) {
    return message.find(each.words) != std::string_view::npos;
  });
  const bool by_number = is_of_mysql(message) && failure.kind != internal;
  if (found != kWords.end() && !by_number && failure.kind != cancelled) {
    failure.kind = found->kind;
    failure.retryable = found->retryable;
    failure.blame = found->blame;
  }
  for (const std::string_view detail : {" (CallerID: ", ": Sql: "}) {
    const auto at = failure.message.find(detail);
    if (at != std::string::npos) failure.message.resize(at);
  }
}

}  // namespace winnow::database
