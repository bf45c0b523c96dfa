// Completes the settings of a bucket from winnow's or Kestra's configuration: defaults, AWS's own
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

// A configuration failure has the invalid key as its pointer, for example `/bucket`. Credentials
// come, in this order, from the configuration; from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN; from a profile in the file of `credentials_file`, AWS_SHARED_CREDENTIALS_FILE
// or ~/.aws/credentials. No network access: instance roles are not queried.
Outcome<storage::S3Settings> complete_s3(const S3Words& words, const Lookup& lookup);

}  // namespace winnow::plugin
