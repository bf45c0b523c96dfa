// One attempt at a request: the options for libcurl, and the response.
#pragma once

#include <array>
#include <memory>
#include <string>

#include <curl/curl.h>

#include "storage/s3/s3.h"
#include "storage/s3/signer.h"

namespace winnow::storage::s3 {

struct Request {
  std::string method = "GET";
  std::string key = {};  // an object's whole key; empty: the bucket itself
  Query query = {};
  std::string body = {};
  bool checksum = true;  // sends x-amz-checksum-sha256 besides Content-MD5 with a body
};

struct Response {
  long status = 0;
  std::string body = {};
};

// The target of requests, made from the settings once.
struct Target {
  explicit Target(const S3Settings& settings);

  Credentials credentials;
  std::string host;       // of the Host header
  std::string base_url;   // scheme, host and port
  std::string base_path;  // "" or "/bucket"
};

// Must exist until its handle has finished.
class Transfer {
 public:
  // Sets up the handle for the request, signed for the current time. `settings`, `target` and
  // `request` must outlive it. Throws std::bad_alloc if libcurl has no memory: a missing option may
  // be the one that names the authorities.
  Transfer(CURL* handle, const S3Settings& settings, const Target& target, const Request& request);
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() = default;

  std::string& body() { return body_; }
  std::string error(CURLcode code) const;

 private:
  using Headers = std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)>;
  void add_header(const std::string& line);
  void set_headers(const S3Settings& settings, const Target& target, const Request& request,
                   const std::string& path, const std::string& query);
  void set_tls(const S3Settings& settings);
  void set_proxy(const S3Settings& settings);

  CURL* handle_;
  Headers headers_{nullptr, curl_slist_free_all};
  std::string body_;
  std::array<char, CURL_ERROR_SIZE> error_{};
};

}  // namespace winnow::storage::s3
