#include "tests/servers/server_script.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace winnow::tests {
namespace {

struct ClosePipe {
  void operator()(std::FILE* pipe) const { ::pclose(pipe); }
};

// Through a shell that keeps nothing of this process open: a server outlives the call.
std::string first_line_of(const std::string& command) {
  const std::unique_ptr<std::FILE, ClosePipe> pipe(::popen(command.c_str(), "re"));
  std::array<char, 512> bytes{};
  if (!pipe || std::fgets(bytes.data(), static_cast<int>(bytes.size()), pipe.get()) == nullptr) {
    return {};
  }
  std::string line = bytes.data();
  while (line.ends_with('\n')) line.pop_back();
  return line;
}

std::string path_of(const std::string& name) {
  return std::string(WINNOW_TEST_SERVERS) + "/" + name + ".sh";
}

}  // namespace

ServerScript::ServerScript(const std::string& name) : script_(path_of(name)) {
  folder_ = first_line_of("'" + path_of("folder") + "' '" + name + "'");
  if (folder_.empty()) throw std::runtime_error("no temporary folder");
}

ServerScript::~ServerScript() {
  first_line_of(command("stop", ""));
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string ServerScript::start(const std::string& words, const std::string& verb) {
  auto url = first_line_of(command(verb, words));
  if (url.empty()) throw std::runtime_error(script_ + " did not start a server");
  return url;
}

void ServerScript::act(const std::string& verb, const std::string& words) const {
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): the project's own script
  if (std::system((command(verb, words) + " > /dev/null").c_str()) != 0) {
    throw std::runtime_error(script_ + " " + verb + " " + words + " failed");
  }
}

std::string ServerScript::command(const std::string& verb, const std::string& words) const {
  return "'" + script_ + "' " + verb + " '" + folder_.string() + "' " + words;
}

}  // namespace winnow::tests
