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

}  // namespace winnow::database
