#include "tasks/receipts/digest.h"

#include <array>
#include <random>

#include "document/sha256.h"
#include "document/strings.h"

namespace winnow::tasks {

std::string sha256_of_keys(const std::vector<std::string>& sorted) {
  document::Sha256 hash;
  for (const auto& key : sorted) {
    hash.add(key);
    hash.add("\n");
  }
  return hash.text();
}

std::string random_name() {
  std::random_device random;
  std::array<char, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<char>(random());
  return document::hexadecimal({bytes.data(), bytes.size()});
}

}  // namespace winnow::tasks
