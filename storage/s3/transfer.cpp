#include "storage/s3/transfer.h"

#include <algorithm>
#include <chrono>
#include <new>
#include <stdexcept>

#include "document/strings.h"

namespace winnow::storage::s3 {
namespace {

// Bytes; a page of 1,000 keys has 4 MB at most.
constexpr std::size_t kLargestBody = std::size_t{32} << 20U;
constexpr long kConnectTimeoutMs = 10'000;

template <class Value>
void set(CURL* handle, CURLoption option, Value value) {
  const CURLcode code = curl_easy_setopt(handle, option, value);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  if (code != CURLE_OK) throw std::runtime_error(curl_easy_strerror(code));
}

// The text has to live as long as the transfer.
void set_text(CURL* handle, CURLoption option, const std::string& text) {
  curl_blob blob{.data = const_cast<char*>(text.data()),  // NOLINT: libcurl only reads it
                 .len = text.size(),
                 .flags = CURL_BLOB_NOCOPY};
  set(handle, option, &blob);
}

std::size_t take(char* data, std::size_t /*one*/, std::size_t size, void* body) {
  auto& text = *static_cast<std::string*>(body);
  if (text.size() + size > kLargestBody) return 0;
  try {
    text.append(data, size);
  } catch (const std::bad_alloc&) {
    return 0;  // no exception may pass through libcurl
  }
  return size;
}

}  // namespace

Target::Target(const S3Settings& settings)
    : credentials{settings.access_key, settings.secret_key, settings.session_token} {
  const auto mark = settings.endpoint.find("://") + 3;
  host = (settings.path_style ? "" : settings.bucket + ".") + settings.endpoint.substr(mark);
  base_url = settings.endpoint.substr(0, mark) + host;
  base_path = settings.path_style ? "/" + document::percent_encoded(settings.bucket) : "";
}

Transfer::Transfer(CURL* handle, const S3Settings& settings, const Target& target,
                   const Request& request)
    : handle_(handle) {
  const std::string path = target.base_path + "/" + document::percent_encoded(request.key, "/");
  const std::string query = encoded_query(request.query);
  const std::string url = target.base_url + path + (query.empty() ? "" : "?" + query);
  set(handle, CURLOPT_URL, url.c_str());
  set(handle, CURLOPT_PATH_AS_IS, 1L);
  set(handle, CURLOPT_NOSIGNAL, 1L);
  set(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  set(handle, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  set(handle, CURLOPT_USERAGENT, "winnow");
  set(handle, CURLOPT_WRITEFUNCTION, take);
  set(handle, CURLOPT_WRITEDATA, &body_);
  set(handle, CURLOPT_ERRORBUFFER, error_.data());
  const long timeout = settings.timeout_ms;
  set(handle, CURLOPT_CONNECTTIMEOUT_MS, std::min(kConnectTimeoutMs, timeout));
  set(handle, CURLOPT_TIMEOUT_MS, timeout);
  set_tls(settings);
  set_proxy(settings);
  if (!request.body.empty()) {
    set(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(handle, CURLOPT_POSTFIELDS, request.body.data());
  }
  set(handle, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  set_headers(settings, target, request, path, query);
}

std::string Transfer::error(CURLcode code) const {
  return error_.front() != '\0' ? error_.data() : curl_easy_strerror(code);
}

// Signed at each try: a signature is good for some minutes only.
void Transfer::set_headers(const S3Settings& settings, const Target& target, const Request& request,
                           const std::string& path, const std::string& query) {
  const ToSign to_sign{.method = request.method,
                       .host = target.host,
                       .path = path,
                       .query = query,
                       .body = request.body,
                       .checksum = request.checksum};
  for (const auto& line : signed_headers(to_sign, target.credentials, settings.region,
                                         std::chrono::system_clock::now())) {
    add_header(line);
  }
  add_header("Expect:");  // no wait for "100 Continue"
  if (!request.body.empty()) {
    add_header("Content-Type: application/xml");
    // What came before S3's new checksums, and servers that know no others.
    if (const auto md5 = base64_md5(request.body); !md5.empty()) add_header("Content-MD5: " + md5);
  }
  set(handle_, CURLOPT_HTTPHEADER, headers_.get());
}

void Transfer::add_header(const std::string& line) {
  curl_slist* longer = curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(headers_.release());
  headers_.reset(longer);
}

void Transfer::set_tls(const S3Settings& settings) {
  if (!settings.verify_tls) {
    set(handle_, CURLOPT_SSL_VERIFYPEER, 0L);
    set(handle_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  if (!settings.ca_pem.empty()) {
    set_text(handle_, CURLOPT_CAINFO_BLOB, settings.ca_pem);
  } else if (!settings.ca_file.empty()) {
    set(handle_, CURLOPT_CAINFO, settings.ca_file.c_str());
  }
  if (!settings.client_pem.empty()) {
    set_text(handle_, CURLOPT_SSLCERT_BLOB, settings.client_pem);
    set_text(handle_, CURLOPT_SSLKEY_BLOB, settings.client_pem);
  }
}

// Where the settings name none, HTTPS_PROXY and its like hold, as for AWS's own tools.
void Transfer::set_proxy(const S3Settings& settings) {
  if (settings.proxy.empty()) return;
  set(handle_, CURLOPT_PROXY, settings.proxy.c_str());
  if (settings.proxy_user.empty()) return;
  set(handle_, CURLOPT_PROXYUSERNAME, settings.proxy_user.c_str());
  set(handle_, CURLOPT_PROXYPASSWORD, settings.proxy_password.c_str());
}

}  // namespace winnow::storage::s3
