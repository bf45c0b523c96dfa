// The name that someone probably meant.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace winnow::document {

// The known name that differs from `name` by the fewest letters (case counts for little), where
// that is few enough to be a slip of the hand.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& known);

// ` (did you mean "endDate"?)`, or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string>& known);

}  // namespace winnow::document
