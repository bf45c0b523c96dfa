// Invalid files, each with one mistake: the first line of each is the expected message.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "document/text_file.h"
#include "tests/plugin/scratch.h"

namespace winnow::plugin {

// The files of a folder under tests/plugin/fixtures.
inline std::vector<std::string> fixtures_in(const std::string& folder) {
  std::vector<std::string> files;
  const auto place = std::filesystem::path(WINNOW_SOURCE "/tests/plugin/fixtures") / folder;
  for (const auto& entry : std::filesystem::directory_iterator(place)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// What its first line says.
inline std::string expected_of(const std::string& text) {
  constexpr std::string_view kMarker = "# expect: ";
  if (!text.starts_with(kMarker)) return "(nothing)";
  return text.substr(kMarker.size(), text.find('\n') - kMarker.size());
}

// A copy of the fixture in the test's own folder.
class FixtureTest : public Scratch, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override {
    Scratch::SetUp();
    const auto text = document::read_text_file(GetParam(), 1'000'000).value();
    expected_ = expected_of(text);
    file_ = write(std::filesystem::path(GetParam()).filename().string(), text);
  }

  std::string expected_;
  std::string file_;
};

inline std::string fixture_name(const testing::TestParamInfo<std::string>& info) {
  auto name = std::filesystem::path(info.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

}  // namespace winnow::plugin
