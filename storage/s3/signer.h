// AWS Signature Version 4 for S3: the headers of a request that prove its sender. libcurl's own
// signer (7.88) leaves the encoding of the query to its caller and fails on headers that libcurl
// adds itself.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::storage::s3 {

struct Credentials {
  std::string access_key = {};
  std::string secret_key = {};
  std::string session_token = {};  // empty: long-lived keys have none
};

struct ToSign {
  std::string_view method;
  std::string_view host;   // as in the Host header
  std::string_view path;   // percent-encoded, from the first `/` on
  std::string_view query;  // from encoded_query()
  std::string_view body;
  bool checksum = true;  // sends a body's x-amz-checksum-sha256
};

using Query = std::map<std::string, std::string>;

// `a=1&b=`, sorted and encoded, both signed and sent like this.
std::string encoded_query(const Query& query);

// Header lines `name: value`, including Authorization. They contain no secret except the session
// token.
std::vector<std::string> signed_headers(const ToSign& request, const Credentials& credentials,
                                        std::string_view region,
                                        std::chrono::system_clock::time_point now);

// Empty if the machine's OpenSSL allows no MD5 (FIPS).
std::string base64_md5(std::string_view data);

}  // namespace winnow::storage::s3
