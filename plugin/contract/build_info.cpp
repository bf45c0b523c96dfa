// Writes winnow_build_info's JSON into a static array, so that it outlives everything but the
// library.
#include "plugin/contract/build_info.h"

#include <algorithm>
#include <array>
#include <string>

#include "abi/winnow.h"
#include "database/clients.h"
#include "document/yaml.h"

namespace winnow::plugin {

namespace {

using document::Json;

std::string abi_text() {
  return std::to_string(WINNOW_ABI_VERSION >> 16) + "." +
         std::to_string(WINNOW_ABI_VERSION & 0xffff);
}

std::string written() {
  Json engines = Json::array();
  Json libraries = Json::object();
  for (const database::Client& client : database::clients()) {
    engines.push_back(client.engine);
    libraries[client.library] = client.version;
  }
  return Json{{"version", WINNOW_VERSION},
              {"abi", abi_text()},
              {"engines", engines},
              {"clients", libraries},
              {"compiler", WINNOW_COMPILER}}
      .dump();
}

struct Text {
  // A caller gets JSON also where there is no memory to make it; then it is of the version alone.
  Text() noexcept {
    std::string text = R"({"version":")" WINNOW_VERSION R"("})";
    try {
      text = written();
    } catch (...) {  // NOLINT(bugprone-empty-catch): the short text stays
    }
    std::copy_n(text.begin(), std::min(text.size(), characters.size() - 1), characters.begin());
  }
  std::array<char, 1024> characters{};
};

}  // namespace

const char* build_info() noexcept {
  static const Text text;
  return text.characters.data();
}

}  // namespace winnow::plugin
