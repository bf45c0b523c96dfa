#include "tests/faults/own_server.h"

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

}  // namespace

OwnServer::OwnServer(const std::string& engine, const std::string& options)
    : script_(std::string(WINNOW_TEST_SERVERS) + "/" +
              (engine == "mysql" ? "mysql.sh" : "postgres.sh")) {
  auto name = (std::filesystem::temp_directory_path() / "winnow-faults-server.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  url_ = first_line_of(command("start") + " " + options);
  if (url_.empty()) throw std::runtime_error(script_ + " did not start a server");
}

OwnServer::~OwnServer() {
  first_line_of(command("stop"));
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

// Through a shell that keeps nothing of this process open: a server outlives the call.
std::string OwnServer::command(const std::string& verb) const {
  return "'" + script_ + "' " + verb + " '" + folder_.string() + "'";
}

void OwnServer::crash() const {
  crash_by("crash");
}

void OwnServer::crash_a_session() const {
  crash_by("crash-session");
}

void OwnServer::crash_by(const std::string& verb) const {
  // NOLINTNEXTLINE(cert-env33-c,concurrency-mt-unsafe): the project's own script
  if (std::system((command(verb) + " > /dev/null").c_str()) != 0) {
    throw std::runtime_error("the server did not come back");
  }
}

}  // namespace winnow::tests
