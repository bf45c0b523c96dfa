// Takes a database URL apart. What its parts mean is settings.cpp's business.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "outcome/failure.h"

namespace winnow::database {

struct UrlParts {
  bool jdbc = false;       // it began with `jdbc:`
  std::string scheme;      // lower case, without `jdbc:`
  bool authority = false;  // `//` follows the scheme
  std::string user;
  std::string password;
  std::string host;
  std::string port;  // as written
  std::string path;  // after the authority, without its first `/`
  std::vector<std::pair<std::string, std::string>> query;
  bool at_sign_after_authority = false;  // then what was read may be pieces of a password
};

// Every part is percent-decoded. The failures are of kind configuration and never repeat any text
// of the URL.
Outcome<UrlParts> split_url(std::string_view url);

}  // namespace winnow::database
