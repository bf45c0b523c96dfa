// Completes a configuration's settings of a bucket, winnow's own or Kestra's: defaults, AWS's own
// variables and its shared credentials file.
#pragma once

#include <optional>
#include <string>

#include "outcome/failure.h"
#include "plugin/configuration/placeholders.h"
#include "storage/s3/s3.h"

namespace winnow::plugin {

struct S3Words {
  // What was given; empty texts were not.
  storage::S3Settings settings = {};
  bool minio = false;  // needs an endpoint; AWS has one for each region
  std::optional<bool> path_style = {};
  std::string profile = {};
  std::string credentials_file = {};
};

// A configuration failure whose pointer is the key that is wrong, `/bucket` for example.
// Credentials are, in this order: those that are given; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY
// and AWS_SESSION_TOKEN; a profile of the file that `credentials_file`, AWS_SHARED_CREDENTIALS_FILE
// or ~/.aws/credentials is. No network: instance roles are not queried.
Outcome<storage::S3Settings> complete_s3(const S3Words& words, const Lookup& lookup);

}  // namespace winnow::plugin
