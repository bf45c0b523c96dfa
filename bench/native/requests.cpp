#include "bench/native/requests.h"

#include <chrono>
#include <iostream>
#include <string>

namespace winnow::bench {

void answer_lines(const std::function<nlohmann::json(const nlohmann::json&)>& answer) {
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << answer(nlohmann::json::parse(line)).dump() << std::endl;
  }
}

nlohmann::json time_each(int times, const std::function<void()>& action) {
  auto microseconds = nlohmann::json::array();
  for (int i = 0; i < times; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    action();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begun;
    microseconds.push_back(took.count());
  }
  return microseconds;
}

}  // namespace winnow::bench
