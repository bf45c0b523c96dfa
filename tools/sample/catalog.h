// The names for sample rows, chosen to expose mistakes.
#pragma once

#include <span>
#include <string_view>

namespace winnow::sample {

struct StateShare {
  std::string_view name;
  unsigned per_mille;  // of all executions
  bool ends;           // has an end date: terminal states, and a paused one
};

std::span<const StateShare> states();  // all 17 of Kestra

struct NamespaceShare {
  std::string_view name;
  unsigned per_mille;
};

std::span<const NamespaceShare> namespaces();
std::span<const std::string_view> flows();
std::span<const std::string_view> tasks();
std::span<const std::string_view> messages();
std::span<const std::string_view> words();  // for padding

// The entry at a point between 0 and 999 of shares that add up to 1,000.
template <class T>
const T& by_share(std::span<const T> shares, std::uint64_t point) {
  for (const T& share : shares) {
    if (point < share.per_mille) return share;
    point -= share.per_mille;
  }
  return shares.back();
}

}  // namespace winnow::sample
