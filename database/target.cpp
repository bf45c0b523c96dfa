#include "database/target.h"

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

}  // namespace winnow::database
