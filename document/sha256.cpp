#include "document/sha256.h"

#include <array>

#include <openssl/evp.h>

namespace winnow::document {

std::string hexadecimal(const unsigned char* bytes, std::size_t size) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(size * 2);
  for (std::size_t at = 0; at < size; ++at) {
    text += kDigits[bytes[at] >> 4U];
    text += kDigits[bytes[at] & 15U];
  }
  return text;
}

void Sha256::Free::operator()(evp_md_ctx_st* context) const {
  EVP_MD_CTX_free(context);
}

Sha256::Sha256()
    : context_(EVP_MD_CTX_new()),
      works_(context_ && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1) {}

void Sha256::add(std::string_view part) {
  works_ = works_ && EVP_DigestUpdate(context_.get(), part.data(), part.size()) == 1;
}

std::string Sha256::text() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  works_ = works_ && EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) == 1;
  return works_ ? hexadecimal(bytes.data(), size) : std::string();
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.text();
}

}  // namespace winnow::document
