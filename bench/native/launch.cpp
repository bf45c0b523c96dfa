#include "bench/native/launch.h"

#include <chrono>
#include <fstream>
#include <spawn.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/wait.h>

#include "bench/native/give_up.h"

namespace winnow::bench {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void launch(const std::string& report, const std::vector<std::string>& command) {
  std::vector<std::string> words = command;
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const auto begun = std::chrono::steady_clock::now();
  pid_t child = 0;
  if (posix_spawnp(&child, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) {
    give_up("can't start " + command.front());
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child) give_up("lost " + command.front());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  std::ofstream(report) << nlohmann::json{
      {"seconds", took.count()},
      {"cpu_seconds", seconds(usage.ru_utime) + seconds(usage.ru_stime)},
      {"peak_kib", usage.ru_maxrss},
      {"status", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status)}};
}

}  // namespace winnow::bench
