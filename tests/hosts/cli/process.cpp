#include "tests/hosts/cli/process.h"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <unistd.h>

#include <sys/wait.h>

namespace winnow::tests {
namespace {

constexpr auto kLongest = std::chrono::seconds(120);

struct Pair {
  int read = -1;
  int write = -1;
};

Pair make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  return {ends[0], ends[1]};
}

Pair make_terminal() {
  Pair pair;
  if (::openpty(&pair.read, &pair.write, nullptr, nullptr, nullptr) != 0)
    throw std::runtime_error("openpty");
  ::fcntl(pair.read, F_SETFD, FD_CLOEXEC);
  ::fcntl(pair.write, F_SETFD, FD_CLOEXEC);
  return pair;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (auto& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// False at the end of the file; a terminal whose other side is closed reports an error instead.
bool take(int descriptor, std::string& text) {
  std::array<char, 65536> buffer{};
  const auto size = ::read(descriptor, buffer.data(), buffer.size());
  if (size <= 0) return false;
  text.append(buffer.data(), static_cast<std::size_t>(size));
  return true;
}

}  // namespace

Process::Process(const Start& start) {
  const Pair out = make_pipe();
  const Pair err = start.terminal ? make_terminal() : make_pipe();
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&actions, out.write, 1);
  ::posix_spawn_file_actions_adddup2(&actions, err.write, 2);
  if (!start.folder.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, start.folder.c_str());
  auto variables = std::map<std::string, std::string>{
      {"PATH", "/usr/bin:/bin"}, {"TZ", "UTC"}, {"TERM", "xterm"}};
  for (const auto& [name, value] : start.environment) variables[name] = value;
  std::vector<std::string> environment;
  for (const auto& [name, value] : variables) environment.push_back(name + "=" + value);
  auto words = start.words;
  const int failed = ::posix_spawn(&id_, words.front().c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(environment).data());
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(out.write);
  ::close(err.write);
  out_ = out.read;
  err_ = err.read;
  if (failed != 0) throw std::runtime_error("can't start " + start.words.front());
  if (start.deaf) {
    ::close(err_);
    err_ = -1;
  }
}

Process::~Process() {
  if (id_ > 0) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  for (const int descriptor : {out_, err_}) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

void Process::signal(int number) const {
  ::kill(id_, number);
}

void Process::read_some() {
  std::array<pollfd, 2> waiting{pollfd{out_, POLLIN, 0}, pollfd{err_, POLLIN, 0}};
  ::poll(waiting.data(), waiting.size(), 1000);
  const auto drain = [](const pollfd& entry, int& descriptor, std::string& text) {
    if (descriptor < 0 || entry.revents == 0 || take(descriptor, text)) return;
    ::close(descriptor);
    descriptor = -1;
  };
  drain(waiting[0], out_, finished_.out);
  drain(waiting[1], err_, finished_.err);
}

bool Process::wait_for(const std::string& text) {
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (finished_.err.find(text) == std::string::npos) {
    if (err_ < 0 || std::chrono::steady_clock::now() > end) return false;
    read_some();
  }
  return true;
}

Finished Process::finish() {
  const auto end = std::chrono::steady_clock::now() + kLongest;
  while (out_ >= 0 || err_ >= 0) {
    if (std::chrono::steady_clock::now() > end) ::kill(id_, SIGKILL);
    read_some();
  }
  int status = 0;
  ::waitpid(id_, &status, 0);
  id_ = -1;
  finished_.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return std::move(finished_);
}

Finished run(const Start& start) {
  return Process(start).finish();
}

}  // namespace winnow::tests
