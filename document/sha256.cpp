#include "document/sha256.h"

#include <array>

#include <openssl/evp.h>

namespace winnow::document {

std::string sha256(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &size, EVP_sha256(), nullptr) != 1) {
    return {};
  }
  std::string text;
  for (unsigned at = 0; at < size; ++at) {
    text += kDigits[hash[at] >> 4U];  // NOLINT: size is the hash's
    text += kDigits[hash[at] & 15U];  // NOLINT
  }
  return text;
}

}  // namespace winnow::document
