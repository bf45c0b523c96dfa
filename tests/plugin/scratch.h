// A folder and variables of the environment that last as long as one test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace winnow::plugin {

class Scratch : public testing::Test {
 protected:
  Scratch() {
    std::string name = testing::TempDir() + "winnow-plugin-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) ADD_FAILURE() << "no folder can be made";
    folder_ = name;
  }
  ~Scratch() override {
    for (const auto& name : variables_) ::unsetenv(name.c_str());
    std::error_code error;
    std::filesystem::remove_all(folder_, error);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::string folder() const { return folder_; }

  // Writes a file into the folder and returns its path.
  std::string write(const std::string& name, std::string_view text) const {
    const auto path = std::filesystem::path(folder_) / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  void set(const std::string& name, const std::string& value) {
    variables_.push_back(name);
    ::setenv(name.c_str(), value.c_str(), 1);
  }

 private:
  std::string folder_;
  std::vector<std::string> variables_;
};

}  // namespace winnow::plugin
