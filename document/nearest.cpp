// Edit distance, over letters of either case.
#include "document/nearest.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "document/strings.h"

namespace winnow::document {
namespace {

constexpr std::size_t kLongestName = 200;  // the cost is the product of both lengths

// How many letters to add, drop, replace or swap with their neighbour.
std::size_t distance(std::string_view one, std::string_view other) {
  std::vector<std::size_t> before_last(other.size() + 1);
  std::vector<std::size_t> last(other.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  const auto same = [&](std::size_t i, std::size_t j) { return lower(one[i]) == lower(other[j]); };
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::vector<std::size_t> row(other.size() + 1, i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      row[j + 1] = std::min({last[j] + (same(i, j) ? 0 : 1), row[j] + 1, last[j + 1] + 1});
      const bool swapped = i > 0 && j > 0 && same(i, j - 1) && same(i - 1, j);
      if (swapped) row[j + 1] = std::min(row[j + 1], before_last[j - 1] + 1);
    }
    before_last = std::exchange(last, std::move(row));
  }
  return last.back();
}

}  // namespace

std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& known) {
  if (name.size() > kLongestName) return std::nullopt;
  std::optional<std::string> best;
  std::size_t fewest = std::max<std::size_t>(1, name.size() / 3) + 1;
  for (const auto& candidate : known) {
    if (candidate.size() > kLongestName) continue;
    const std::size_t changes = distance(name, candidate);
    if (changes >= fewest) continue;
    fewest = changes;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known) {
  const auto meant = nearest(name, known);
  return meant ? " (did you mean \"" + *meant + "\"?)" : std::string();
}

}  // namespace winnow::document
