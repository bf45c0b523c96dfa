#include "plugin/configuration/s3.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>

#include "document/strings.h"
#include "document/text_file.h"
#include "outcome/try.h"

namespace winnow::plugin {
namespace {

constexpr std::size_t kLargestFile = std::size_t{1} << 20U;

using Keys = std::map<std::string, std::string>;

tl::unexpected<Failure> refused(const char* pointer, std::string reason) {
  return fail(FailureKind::configuration, std::move(reason), pointer);
}

std::string first_of(const Lookup& lookup, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (auto value = lookup(name); value && !value->empty()) return *value;
  }
  return {};
}

// One profile of AWS's credentials file: `[name]`, then `key = value` a line.
std::optional<Keys> profile_of(std::string_view text, const std::string& profile) {
  std::optional<Keys> keys;
  bool inside = false;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = document::trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[') {
      inside = line == "[" + profile + "]";
      if (inside && !keys) keys.emplace();
    } else if (const auto equals = line.find('='); inside && equals != std::string::npos) {
      (*keys)[std::string(document::trimmed(line.substr(0, equals)))] =
          document::trimmed(line.substr(equals + 1));
    }
  }
  return keys;
}

Outcome<void> take_profile(const std::string& path, const std::string& profile,
                           storage::S3Settings& settings) {
  const auto text = document::read_text_file(path, kLargestFile);
  if (!text) return refused("/credentials-file", text.error().message);
  const auto keys = profile_of(*text, profile);
  if (!keys) {
    return refused("/profile", "the file \"" + path + "\" has no profile \"" + profile + "\"");
  }
  const auto value = [&](const char* name) {
    const auto found = keys->find(name);
    return found == keys->end() ? std::string() : found->second;
  };
  settings.access_key = value("aws_access_key_id");
  settings.secret_key = value("aws_secret_access_key");
  settings.session_token = value("aws_session_token");
  if (!settings.access_key.empty() && !settings.secret_key.empty()) return {};
  return refused("/profile", "the profile \"" + profile + "\" of the file \"" + path +
                                 "\" lacks aws_access_key_id or aws_secret_access_key");
}

Outcome<void> find_credentials(const S3Words& words, const Lookup& lookup,
                               storage::S3Settings& settings) {
  if (settings.access_key.empty() != settings.secret_key.empty()) {
    return refused(settings.access_key.empty() ? "/access-key" : "/secret-key",
                   "is missing: an access key and a secret key go together");
  }
  if (!settings.access_key.empty()) return {};
  const bool file_is_named = !words.profile.empty() || !words.credentials_file.empty();
  if (!file_is_named) {
    settings.access_key = first_of(lookup, {"AWS_ACCESS_KEY_ID"});
    settings.secret_key = first_of(lookup, {"AWS_SECRET_ACCESS_KEY"});
    settings.session_token = first_of(lookup, {"AWS_SESSION_TOKEN"});
    if (!settings.access_key.empty() && !settings.secret_key.empty()) return {};
  }
  std::string path = words.credentials_file;
  if (path.empty()) path = first_of(lookup, {"AWS_SHARED_CREDENTIALS_FILE"});
  if (path.empty()) path = first_of(lookup, {"HOME"}) + "/.aws/credentials";
  std::error_code error;
  if (!file_is_named && !std::filesystem::exists(path, error)) {
    return refused("/access-key",
                   "there are no credentials for the bucket: set access-key and secret-key, or "
                   "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or make " +
                       path);
  }
  std::string profile = words.profile;
  if (profile.empty()) profile = first_of(lookup, {"AWS_PROFILE"});
  return take_profile(path, profile.empty() ? "default" : profile, settings);
}

// Before the keys, without the `/` at its end. One at its beginning is a part of the keys.
Outcome<std::string> path_prefix(std::string path) {
  if (path.ends_with('/')) path.pop_back();
  const std::string framed = (path.starts_with('/') ? "" : "/") + path + "/";
  for (const char* odd : {"//", "/./", "/../"}) {
    if (!path.empty() && framed.find(odd) != std::string::npos) {
      return refused("/path", "has an empty part, `.` or `..` in it");
    }
  }
  return path;
}

bool is_bucket_name(const std::string& name) {
  return std::all_of(name.begin(), name.end(), [](char c) {
    return document::is_letter(c) || document::is_digit(c) || c == '-' || c == '.' || c == '_';
  });
}

// The user and the password have keys of their own.
bool is_proxy(const std::string& url) {
  if (url.empty()) return true;
  const auto mark = url.find("://");
  const bool known = url.starts_with("http://") || url.starts_with("https://") ||
                     url.starts_with("socks5://") || url.starts_with("socks5h://");
  return known && url.size() > mark + 3 && url[mark + 3] != ':' && !url.ends_with(':') &&
         url.find_first_of("/?#@ ", mark + 3) == std::string::npos;
}

std::string endpoint_of_aws(const std::string& region) {
  return "https://s3." + region + ".amazonaws.com" + (region.starts_with("cn-") ? ".cn" : "");
}

}  // namespace

Outcome<storage::S3Settings> complete_s3(const S3Words& words, const Lookup& lookup) {
  auto settings = words.settings;
  if (settings.bucket.empty())
    return refused("/bucket", "is required: the bucket that Kestra writes to");
  if (!is_bucket_name(settings.bucket)) {
    return refused("/bucket", "\"" + settings.bucket + "\" can't be the name of a bucket");
  }
  const bool is_of_aws = settings.endpoint.empty();
  if (words.minio && is_of_aws) {
    return refused("/endpoint", "is required for MinIO: https://HOST:PORT");
  }
  if (settings.region.empty() && !words.minio) {
    settings.region = first_of(lookup, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  }
  if (settings.region.empty()) settings.region = "us-east-1";
  if (is_of_aws) settings.endpoint = endpoint_of_aws(settings.region);
  while (settings.endpoint.ends_with('/')) settings.endpoint.pop_back();
  // A certificate for *.s3.amazonaws.com does not hold for a name with further dots.
  const bool by_path = !is_of_aws || settings.bucket.find('.') != std::string::npos;
  settings.path_style = words.path_style.value_or(by_path);
  WINNOW_TRY(settings.path, path_prefix(settings.path));
  std::error_code error;
  if (!settings.ca_file.empty() && !std::filesystem::is_regular_file(settings.ca_file, error)) {
    return refused("/ca-file", "\"" + settings.ca_file + "\" is no file on this machine");
  }
  if (!is_proxy(settings.proxy)) {
    return refused("/proxy", "is not the URL of a proxy: http://HOST:PORT or socks5h://HOST:PORT");
  }
  WINNOW_CHECK(find_credentials(words, lookup, settings));
  if (auto opened = storage::open_s3(settings); !opened) {
    return refused("/endpoint", opened.error().message);
  }
  return settings;
}

}  // namespace winnow::plugin
