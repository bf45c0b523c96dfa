// Files in a bucket of S3 or its kin (AWS S3, MinIO, versitygw, ...), in the layout of Kestra's storage-s3 and
// storage-minio.
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
  std::string path = {};  // prefix of all keys in the bucket, without `/` at its ends; may be empty
  bool path_style = true;  // the bucket stands in the path; else before the host
  std::string access_key = {};
  std::string secret_key = {};
  std::string session_token = {};  // empty: none
  std::string ca_file = {};        // empty: the system's authorities
  std::int32_t requests = 16;      // in flight at a time, for each call of remove() and its like
  std::int32_t pause_ms = 100;     // before the second try; doubled for each further one, up to 4 s
  std::int32_t timeout_ms = 30'000;  // of one try of a request
};

// Opens no connection. `configuration` failure where an endpoint is none or the bucket is missing. Connections are
// kept until the storage is destroyed. Answers of 429 and 5xx, cut connections and unusable answers are tried again
// with a growing, jittered pause; a request that keeps failing ends the call.
Outcome<std::unique_ptr<Storage>> open_s3(S3Settings settings);

}  // namespace winnow::storage
