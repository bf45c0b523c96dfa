// Random numbers that are the same on every machine: the standard's distributions differ between
// libraries, its engines don't.
#pragma once

#include <cstdint>
#include <iterator>
#include <random>
#include <string>

namespace winnow::sample {

class Random {
 public:
  // Different streams of a seed are independent.
  Random(std::uint64_t seed, std::uint64_t stream) : engine_(mixed(mixed(seed) + stream)) {}

  // 0 up to `bound` - 1; the tiny bias of the remainder does not matter here.
  std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  bool percent(std::uint64_t share) { return below(100) < share; }

  // One of a list (array, span or vector) that outlives the call.
  template <class List>
  const auto& pick(const List& values) {
    return values[below(std::size(values))];
  }

  // 22 characters of base 62, like Kestra's ids.
  std::string id();

 private:
  // SplitMix64's last step: makes neighbouring numbers very different.
  static std::uint64_t mixed(std::uint64_t value) {
    value += 0x9E3779B97F4A7C15U;
    value = (value ^ (value >> 30U)) * 0xBF58476D1CE4E5B9U;
    value = (value ^ (value >> 27U)) * 0x94D049BB133111EBU;
    return value ^ (value >> 31U);
  }

  std::mt19937_64 engine_;
};

}  // namespace winnow::sample
