// One fixture per possible mistake in a manifest; its first line is the expected message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "plugin/manifests/registry.h"
#include "tests/plugin/fixtures.h"

namespace winnow::plugin {
namespace {

class BrokenManifest : public FixtureTest {};

TEST_P(BrokenManifest, IsRefusedWithFileLineAndReason) {
  const auto registry = Registry::load({folder()});

  ASSERT_FALSE(registry.has_value());
  EXPECT_EQ(registry.error().kind, FailureKind::configuration);
  EXPECT_THAT(registry.error().message, testing::StartsWith(file_ + ":" + expected_));
}

INSTANTIATE_TEST_SUITE_P(Fixtures, BrokenManifest, testing::ValuesIn(fixtures_in("broken")),
                         fixture_name);

TEST(BrokenManifests, AreManyWays) {
  EXPECT_GE(fixtures_in("broken").size(), 70U);
}

}  // namespace
}  // namespace winnow::plugin
