// Splits a database URL. settings.cpp interprets its parts.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outcome/failure.h"

namespace winnow::database {

struct UrlHost {
  std::string name;
  std::string port;  // as written, only digits; may be empty
};

struct UrlParts {
  bool jdbc = false;       // it began with `jdbc:`
  std::string scheme;      // lower case, without `jdbc:`
  bool authority = false;  // `//` follows the scheme
  std::string user;
  std::string password;
  std::vector<UrlHost> hosts;  // at least one if there is an authority
  std::string path;            // after the authority, without its first `/`
  std::vector<std::pair<std::string, std::string>> query;
  bool at_sign_after_authority = false;  // then the parts may be pieces of a password
};

// Percent-decodes every part. The failures are of kind configuration and never repeat any part of
// the URL.
Outcome<UrlParts> split_url(std::string_view url);

}  // namespace winnow::database
