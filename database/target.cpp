#include "database/target.h"

#include <utility>

namespace winnow::database {

std::vector<Target> rounds_of(const Settings& settings) {
  switch (settings.target) {
    case Target::any:
      if (settings.other_hosts.empty()) return {Target::any};
      [[fallthrough]];
    case Target::prefer_primary:
      return {Target::primary, Target::any};
    case Target::prefer_standby:
      return {Target::standby, Target::any};
    case Target::primary:
    case Target::standby:
      break;
  }
  return {settings.target};
}

Target first_choice(const Settings& settings) {
  return rounds_of(settings).front();
}

bool is_wanted(Target wanted, bool takes_writes) {
  return wanted == Target::any || takes_writes == (wanted == Target::primary);
}

Outcome<void> check_kind(const Settings& settings, bool takes_writes, std::string_view what_it_is) {
  if (is_wanted(settings.target, takes_writes)) return {};
  return fail({.kind = FailureKind::unavailable,
               .message = settings.safe_name() + ": " + std::string(what_it_is),
               .retryable = true,
               .sqlstate = std::string(kNotTheTarget)});
}

bool Standing::note(std::string found, bool takes_writes, Target wanted) {
  if (!is_wanted(wanted, takes_writes)) return false;
  noted_ = std::move(found);
  return true;
}

void Standing::begin_call() {
  to_be_asked_ = true;
  answered_ = false;
}

bool Standing::take_question() {
  return std::exchange(to_be_asked_, false);
}

}  // namespace winnow::database
