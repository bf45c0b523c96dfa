// The options in a database URL's query: winnow's own, the driver's, and those without meaning
// here.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "database/url/settings.h"
#include "outcome/failure.h"

namespace winnow::database {

// How to treat an unknown name.
enum class Unknown {
  refused,    // in winnow's own URLs: it is a typing error
  read_past,  // in a JDBC URL: drivers have hundreds; but options about security are refused
};

// Takes one option of the query into `settings`. The failure names the option and never its value.
Outcome<void> apply_option(Settings& settings, const std::string& name, const std::string& value,
                           Unknown unknown);

// Turns the collected options (ssl, useSSL, options, ...) into the driver's own mode and the
// session's settings. Called once, at the end.
Outcome<void> finish_options(Settings& settings);

// Whether the name of an option concerns the server, trust or the user's identity: one of its words
// is `ssl`, `trust`, `host`, `user` or the like. `useReadAheadInput` has no such word,
// `trustCertificateKeyStoreUrl` has.
bool touches_security(std::string_view name);

// Whether the files that these options name can be read: the client libraries report an unreadable
// one only during the log-in, as if the server were down. libpq's `system` is not a file.
Outcome<void> check_files(const Settings& settings, std::initializer_list<const char*> options);

}  // namespace winnow::database
