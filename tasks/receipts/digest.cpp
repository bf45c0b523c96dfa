#include "tasks/receipts/digest.h"

#include <array>
#include <memory>
#include <random>

#include <openssl/evp.h>

namespace winnow::tasks {
namespace {

using Digest = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;

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

// Of these parts, one after the other.
template <class Parts>
std::string sha256_of(const Parts& for_each_part) {
  const Digest digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  bool done = digest && EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) == 1;
  for_each_part([&](std::string_view part) {
    done = done && EVP_DigestUpdate(digest.get(), part.data(), part.size()) == 1;
  });
  done = done && EVP_DigestFinal_ex(digest.get(), out.data(), &size) == 1;
  return done ? hexadecimal(out.data(), size) : std::string();
}

}  // namespace

std::string sha256(std::string_view bytes) {
  return sha256_of([&](const auto& add) { add(bytes); });
}

std::string sha256_of_keys(const std::vector<std::string>& sorted) {
  return sha256_of([&](const auto& add) {
    for (const auto& key : sorted) {
      add(key);
      add("\n");
    }
  });
}

std::string random_name() {
  std::random_device random;
  std::array<unsigned char, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<unsigned char>(random());
  return hexadecimal(bytes.data(), bytes.size());
}

}  // namespace winnow::tasks
