#include "tests/faults/child_run.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

#include <sys/wait.h>

namespace winnow::tests {
namespace {

constexpr auto kLongest = std::chrono::seconds(120);

// Past what is intercepted: what the test says itself is no call of the run.
void say(int pipe, const Json& line) {
  const auto text = line.dump() + "\n";
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto written = ::syscall(SYS_write, pipe, rest.data(), rest.size());
    if (written <= 0) ::_exit(3);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::int64_t entries(const char* folder) {
  std::int64_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++count;
  return count;
}

// What is open, for who looks for the one that stayed.
std::string open_now() {
  std::string names;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    names += " " + std::filesystem::read_symlink(entry, gone).string();
  }
  return names;
}

struct Holdings {
  std::int64_t threads = entries("/proc/self/task");
  std::int64_t descriptors = entries("/proc/self/fd");
  std::int64_t blocks = live_allocations();
};

std::vector<std::string> more_than(const Holdings& before, const Holdings& now) {
  std::vector<std::string> lines;
  const auto compare = [&lines](const char* what, std::int64_t was, std::int64_t is) {
    if (is <= was) return;
    lines.push_back("S7: " + std::to_string(is - was) + " " + what + " more than before the run");
  };
  compare("threads", before.threads, now.threads);
  compare("descriptors", before.descriptors, now.descriptors);
  if (now.descriptors > before.descriptors) lines.push_back("open are now" + open_now());
  compare("blocks of memory", before.blocks, now.blocks);
  return lines;
}

// The whole life of the child.
void live(const std::function<std::unique_ptr<AbiRun>()>& make, const ChildPlan& plan, int pipe) {
  const auto once = [&](bool fault) {
    const auto run = fault ? make() : plan.rehearsal();
    run->on_event = [&](const Json& event) {
      if (fault) say(pipe, {{"event", event}});
    };
    if (fault && plan.from_the_start) arm(plan.interception);
    if (run->prepare()) {
      if (fault && !plan.from_the_start) arm(plan.interception);
      run->run();
    }
    const auto fitted = fault ? disarm() : 0;
    const bool closed = run->close();
    return std::tuple(run->result(), fitted, closed);
  };
  if (plan.rehearsal) {
    const auto result = std::get<0>(once(false));
    if (result.status != WINNOW_OK) {
      say(pipe, {{"violations", {"the rehearsal ended with " + result.json.dump()}}});
    }
  }
  const Holdings before;
  Json line;
  {
    const auto [result, fitted, closed] = once(true);
    line = Json{{"status", result.status},  {"json", result.json},
                {"fitted", fitted},         {"failed", failed_calls()},
                {"spared", spared_calls()}, {"in_connector", failed_in_connector()},
                {"closed", closed}};
    line = Json{{"end", line}};
  }
  say(pipe, line);
  line = Json();
  const Holdings now;
  say(pipe, {{"violations", plan.rehearsal ? more_than(before, now) : std::vector<std::string>{}}});
}

void take_line(const Json& line, ChildEnding& ending) {
  if (line.contains("event")) {
    ending.committed = line["event"].value("counters", Json::object());
  } else if (line.contains("end")) {
    const auto& end = line["end"];
    ending.result = RunResult{.status = end["status"], .json = end["json"]};
    ending.fitted = end["fitted"];
    ending.failed = end["failed"];
    ending.spared = end["spared"];
    ending.failed_in_connector = end["in_connector"];
    if (!end["closed"].get<bool>()) ending.violations.emplace_back("S7: it can't be closed");
  } else {
    for (const auto& text : line["violations"]) ending.violations.push_back(text);
  }
}

// Reads what the child says until it ends, or is ended for taking too long.
std::string listen(int pipe, pid_t child, bool& too_long) {
  const auto end = std::chrono::steady_clock::now() + kLongest;
  std::string said;
  while (true) {
    pollfd waiting{pipe, POLLIN, 0};
    if (::poll(&waiting, 1, 1000) > 0) {
      std::array<char, 65536> buffer{};
      const auto size = ::read(pipe, buffer.data(), buffer.size());
      if (size <= 0) return said;
      said.append(buffer.data(), static_cast<std::size_t>(size));
    }
    if (!too_long && std::chrono::steady_clock::now() > end) {
      too_long = true;
      ::kill(child, SIGKILL);
    }
  }
}

}  // namespace

ChildEnding run_in_child(const std::function<std::unique_ptr<AbiRun>()>& make,
                         const ChildPlan& plan, const std::function<void(pid_t)>& with_child) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) {
    try {
      live(make, plan, ends[1]);
    } catch (const std::exception& error) {
      say(ends[1], {{"violations", {std::string("the test's own part threw: ") + error.what()}}});
    }
    ::_exit(0);
  }
  ::close(ends[1]);
  if (with_child) with_child(child);
  ChildEnding ending;
  bool too_long = false;
  const auto said = listen(ends[0], child, too_long);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  std::size_t begin = 0;
  for (auto end = said.find('\n'); end != std::string::npos; end = said.find('\n', begin)) {
    take_line(Json::parse(said.substr(begin, end - begin)), ending);
    begin = end + 1;
  }
  if (too_long) {
    ending.crash = "it did not end within two minutes";
  } else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
    ending.killed = true;
  } else if (WIFSIGNALED(status)) {
    ending.crash = std::string("it died of ") + ::strsignal(WTERMSIG(status));  // NOLINT
  } else if (WEXITSTATUS(status) != 0) {
    ending.crash = "it ended with " + std::to_string(WEXITSTATUS(status));
  }
  return ending;
}

}  // namespace winnow::tests
