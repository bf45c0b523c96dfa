// The options of a database URL's query: which are winnow's, which the driver's, and which mean
// nothing here.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// How a name that winnow does not know is taken.
enum class Unknown {
  refused,    // in a URL of winnow's own: it is a slip of the hand
  read_past,  // in a JDBC URL: drivers have hundreds; what touches security is refused all the same
};

// Takes one option of the query into `settings`. The failure names the option and never its value.
Outcome<void> apply_option(Settings& settings, const std::string& name, const std::string& value,
                           Unknown unknown);

// Turns what was collected (ssl, useSSL, options, ...) into the driver's own mode and the session's
// settings. Called once, at the end.
Outcome<void> finish_options(Settings& settings);

// Whether the name of an option says that it decides who is reached, who is believed or who one is:
// one of its words is `ssl`, `trust`, `host`, `user` or the like. `useReadAheadInput` has no such
// word, `trustCertificateKeyStoreUrl` has.
bool touches_security(std::string_view name);

// Whether the files that these options name can be read: the client libraries report one that can't
// in the middle of the log-in, as if the server were away. libpq's `system` names no file.
Outcome<void> check_files(const Settings& settings, std::initializer_list<const char*> options);

}  // namespace winnow::database
