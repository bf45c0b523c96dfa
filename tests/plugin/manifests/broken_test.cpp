// One fixture for each way in which a manifest can be broken; its first line says what the operator
// is told.
#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/text_file.h"
#include "plugin/manifests/registry.h"
#include "tests/plugin/scratch.h"

namespace winnow::plugin {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = "# expect: ";

std::vector<std::string> fixtures() {
  std::vector<std::string> files;
  for (const auto& entry : fs::directory_iterator(WINNOW_SOURCE "/tests/plugin/fixtures/broken")) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class BrokenManifest : public Scratch, public testing::WithParamInterface<std::string> {};

TEST_P(BrokenManifest, IsRefusedWithFileLineAndReason) {
  const auto text = document::read_text_file(GetParam(), 1'000'000).value();
  ASSERT_TRUE(text.starts_with(kMarker)) << GetParam() << " does not say what is expected";
  const auto expected = text.substr(kMarker.size(), text.find('\n') - kMarker.size());
  const auto file = write(fs::path(GetParam()).filename().string(), text);

  const auto registry = Registry::load({folder()});

  ASSERT_FALSE(registry.has_value());
  EXPECT_EQ(registry.error().kind, FailureKind::configuration);
  EXPECT_THAT(registry.error().message, testing::StartsWith(file + ":" + expected));
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  auto name = fs::path(info.param).stem().string();
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Fixtures, BrokenManifest, testing::ValuesIn(fixtures()), test_name);

TEST(BrokenManifests, AreManyWays) {
  EXPECT_GE(fixtures().size(), 80U);
}

}  // namespace
}  // namespace winnow::plugin
