#include "document/sha256.h"

#include <array>

#include <openssl/evp.h>

#include "document/strings.h"

namespace winnow::document {

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
  std::array<char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  auto* const out = reinterpret_cast<unsigned char*>(bytes.data());  // NOLINT: OpenSSL's bytes
  works_ = works_ && EVP_DigestFinal_ex(context_.get(), out, &size) == 1;
  return works_ ? hexadecimal({bytes.data(), size}) : std::string();
}

std::string sha256(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.text();
}

}  // namespace winnow::document
