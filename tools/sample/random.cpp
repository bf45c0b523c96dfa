#include "tools/sample/random.h"

#include <string_view>

namespace winnow::sample {

std::string Random::id() {
  constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::string text(22, '0');
  for (char& c : text) c = kDigits[below(kDigits.size())];
  return text;
}

}  // namespace winnow::sample
