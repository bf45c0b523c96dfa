// The required kind of server: one that accepts writes (a primary), one that accepts none, or any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// The SQLSTATE of the failure to connect to a host that is up but does not match Settings::target:
// PostgreSQL's own for a write on a read-only server.
constexpr std::string_view kNotTheTarget = "25006";

// The kinds of server to look for, one pass over all hosts each. The first of several hosts that
// happens to be up is not good enough: a replica accepts no deletion.
std::vector<Target> rounds_of(const Settings& settings);

// The kind of server that connect() looks for first: any, primary or standby.
Target first_choice(const Settings& settings);

// Whether a server that accepts writes, or accepts none, is of that kind.
bool is_wanted(Target wanted, bool takes_writes);

// Fails if the server does not match Settings::target; `what_it_is` explains it to a person.
Outcome<void> check_kind(const Settings& settings, bool takes_writes, std::string_view what_it_is);

}  // namespace winnow::database
