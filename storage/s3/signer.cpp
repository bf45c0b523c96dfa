#include "storage/s3/signer.h"

#include <array>
#include <ctime>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "document/sha256.h"
#include "document/strings.h"

namespace winnow::storage::s3 {
namespace {

std::string bytes_of(const unsigned char* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};  // NOLINT: OpenSSL counts in unsigned bytes
}

std::string digest(const EVP_MD* kind, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  if (EVP_Digest(data.data(), data.size(), out.data(), &size, kind, nullptr) != 1) return {};
  return bytes_of(out.data(), size);
}

std::string hmac(std::string_view key, std::string_view data) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(data.data()), data.size(),  // NOLINT
       out.data(), &size);
  return bytes_of(out.data(), size);
}

std::string base64(std::string_view bytes) {
  std::string text(((bytes.size() + 2) / 3) * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),         // NOLINT
                                   reinterpret_cast<const unsigned char*>(bytes.data()),  // NOLINT
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

// "20260203T010005Z"
std::string stamp(std::chrono::system_clock::time_point now) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y%m%dT%H%M%SZ", &parts);
  return {text.data(), size};
}

std::string base64_sha256(std::string_view data) {
  return base64(digest(EVP_sha256(), data));
}

}  // namespace

std::string encoded_query(const Query& query) {
  std::string out;
  for (const auto& [name, value] : query) {
    if (!out.empty()) out += '&';
    out += document::percent_encoded(name) + '=' + document::percent_encoded(value);
  }
  return out;
}

std::string base64_md5(std::string_view data) {
  return base64(digest(EVP_md5(), data));
}

std::vector<std::string> signed_headers(const ToSign& request, const Credentials& credentials,
                                        std::string_view region,
                                        std::chrono::system_clock::time_point now) {
  const std::string time = stamp(now);
  const std::string day = time.substr(0, 8);
  std::map<std::string, std::string> headers{
      {"host", std::string(request.host)},
      {"x-amz-content-sha256", document::sha256(request.body)},
      {"x-amz-date", time}};
  if (!credentials.session_token.empty()) {
    headers["x-amz-security-token"] = credentials.session_token;
  }

  // Every x-amz- header has to be signed; DeleteObjects wants a checksum of its body.
  if (!request.body.empty() && request.checksum)
    headers["x-amz-checksum-sha256"] = base64_sha256(request.body);

  std::string names;
  std::string canonical;
  canonical.append(request.method).append("\n").append(request.path).append("\n");
  canonical.append(request.query).append("\n");
  for (const auto& [name, value] : headers) {
    canonical.append(name).append(":").append(value).append("\n");
    names.append(names.empty() ? "" : ";").append(name);
  }
  canonical.append("\n").append(names).append("\n").append(headers["x-amz-content-sha256"]);

  const std::string scope = day + "/" + std::string(region) + "/s3/aws4_request";
  const std::string text =
      "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + document::sha256(canonical);
  std::string key = hmac("AWS4" + credentials.secret_key, day);
  for (const std::string_view part :
       {region, std::string_view("s3"), std::string_view("aws4_request")}) {
    key = hmac(key, part);
  }

  std::vector<std::string> lines;
  lines.reserve(headers.size() + 1);
  for (const auto& [name, value] : headers) {
    lines.emplace_back(name).append(": ").append(value);
  }
  lines.push_back("Authorization: AWS4-HMAC-SHA256 Credential=" + credentials.access_key + "/" +
                  scope + ", SignedHeaders=" + names +
                  ", Signature=" + document::hexadecimal(hmac(key, text)));
  return lines;
}

}  // namespace winnow::storage::s3
