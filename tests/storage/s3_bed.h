// What tests of a bucket share: settings for a server, and what puts objects into a real one.
#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>

#include "storage/s3/http_client.h"
#include "storage/s3/responses.h"
#include "storage/s3/s3.h"

namespace winnow::tests {

constexpr const char* kSecret = "s3cr3t-that-nobody-may-see";

inline storage::S3Settings settings_for(const std::string& endpoint) {
  storage::S3Settings settings;
  settings.endpoint = endpoint;
  settings.region = "us-east-1";
  settings.bucket = "winnow";
  settings.access_key = "winnow";
  settings.secret_key = kSecret;
  settings.pause_ms = 1;
  return settings;
}

// `http://ACCESS:SECRET@HOST:PORT/BUCKET`, as the servers' scripts print it.
inline storage::S3Settings settings_of_url(const std::string& url) {
  const auto scheme = url.find("://") + 3;
  const auto colon = url.find(':', scheme);
  const auto at = url.find('@');
  const auto slash = url.find('/', at);
  auto settings = settings_for(url.substr(0, scheme) + url.substr(at + 1, slash - at - 1));
  settings.access_key = url.substr(scheme, colon - scheme);
  settings.secret_key = url.substr(colon + 1, at - colon - 1);
  settings.bucket = url.substr(slash + 1);
  return settings;
}

inline std::unique_ptr<storage::Storage> open_bucket(const storage::S3Settings& settings) {
  auto opened = storage::open_s3(settings);
  if (!opened) throw std::runtime_error(opened.error().message);
  return std::move(*opened);
}

// A real bucket from the other side: puts objects and lists all of them.
class Bucket {
 public:
  explicit Bucket(const storage::S3Settings& settings) : settings_(settings), client_(settings_) {}

  void put(const std::string& key) {
    ask({.method = "PUT", .key = key, .query = {}, .body = key.ends_with('/') ? "" : "content"});
  }

  std::set<std::string> keys(const std::string& prefix) {
    std::set<std::string> keys;
    std::string token;
    do {
      storage::s3::Request request;
      request.query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}};
      if (!token.empty()) request.query["continuation-token"] = token;
      const auto page = storage::s3::read_page(ask(std::move(request)));
      if (!page) throw std::runtime_error("no listing");
      for (const auto& object : page->objects) keys.insert(object.key);
      token = page->next;
    } while (!token.empty());
    return keys;
  }

 private:
  std::string ask(storage::s3::Request request) {
    storage::s3::Response got;
    client_.send(
        std::move(request),
        [&](const storage::s3::Response& response, bool) {
          got = response;
          return storage::s3::Handled::done;
        },
        storage::s3::HttpClient::Priority::in_turn);
    const Cancellation cancellation;
    client_.run(cancellation, {.last_begin = storage::kNoDeadline, .end = storage::kNoDeadline});
    if (got.status != 200) {
      throw std::runtime_error(std::to_string(got.status) + " " + got.body +
                               client_.failure().message);
    }
    return got.body;
  }

  storage::S3Settings settings_;
  storage::s3::HttpClient client_;
};

}  // namespace winnow::tests
