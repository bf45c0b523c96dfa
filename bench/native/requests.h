// JSON lines in, JSON lines out; and the clock.
#pragma once

#include <functional>

#include <nlohmann/json.hpp>

namespace winnow::bench {

// Answers every line of stdin until it ends.
void answer_lines(const std::function<nlohmann::json(const nlohmann::json&)>& answer);

// Runs an action `times` times; microseconds of each.
nlohmann::json time_each(int times, const std::function<void()>& action);

}  // namespace winnow::bench
