// Files in a bucket of S3 or a compatible server (AWS S3, MinIO, versitygw, ...), in the layout of
// Kestra's storage-s3 and storage-minio.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "storage/storage.h"

namespace winnow::storage {

struct S3Settings {
  std::string endpoint = {};  // `https://host[:port]`
  std::string region = {};
  std::string bucket = {};
  // Prefix of all keys in the bucket, followed by `/`; may be empty.
  std::string path = {};
  bool path_style = true;  // the bucket is in the path; otherwise before the host
  std::string access_key = {};
  std::string secret_key = {};
  std::string session_token = {};  // empty: none
  std::string ca_file = {};        // empty: the system's authorities
  std::string ca_pem = {};         // the same, as text; takes precedence over the file
  std::string client_pem = {};     // a certificate and its key, if the server requires one
  bool verify_tls = true;          // false: any certificate of the server is accepted
  std::string proxy = {};          // `http://host:port`, `socks5h://host:port`; empty: none
  std::string proxy_user = {};
  std::string proxy_password = {};
  bool versions = false;  // delete objects with all their versions and delete markers
  // In flight at a time, for each call of remove() or a similar function.
  std::int32_t requests = 16;
  std::int32_t pause_ms = 100;  // before the first retry; doubled for each further one, up to 4 s
  std::int32_t timeout_ms = 30'000;  // of one attempt at a request
};

// Opens no connection. `configuration` failure if the endpoint is not a URL or the bucket is
// missing. Connections are kept until the storage is destroyed. Responses of 429 and 5xx, broken
// connections and unusable responses are retried with a growing, jittered pause; a request that
// keeps failing ends the call. A server without DeleteObjects, or without its checksum headers,
// gets simpler requests from then on.
Outcome<std::unique_ptr<Storage>> open_s3(S3Settings settings);

}  // namespace winnow::storage
