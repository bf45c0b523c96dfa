#include "tests/database/pgbouncer.h"

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

namespace winnow::tests {
namespace {

std::string output_of(const std::string& command) {
  const auto close = [](std::FILE* pipe) { ::pclose(pipe); };
  const std::unique_ptr<std::FILE, decltype(close)> pipe(::popen(command.c_str(), "re"), close);
  std::string output;
  std::array<char, 256> bytes{};
  while (pipe && std::fgets(bytes.data(), static_cast<int>(bytes.size()), pipe.get()) != nullptr) {
    output += bytes.data();
  }
  return output;
}

}  // namespace

Pgbouncer::Pgbouncer(const database::Settings& server) {
  std::string name = (std::filesystem::temp_directory_path() / "winnow-pgbouncer.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = name;
  const auto output = output_of(std::string(WINNOW_TEST_SERVERS) + "/pgbouncer.sh start " + name +
                                " " + server.host + " " + std::to_string(server.port) + " " +
                                server.user + " " + server.password);
  if (output.empty())
    throw std::runtime_error("pgbouncer did not start: apt-get install pgbouncer");
  port_ = static_cast<std::uint16_t>(std::stoi(output));
}

Pgbouncer::~Pgbouncer() {
  output_of(std::string(WINNOW_TEST_SERVERS) + "/pgbouncer.sh stop " + folder_.string());
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace winnow::tests
