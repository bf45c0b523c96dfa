// The library does not check its own manifests: this finds their mistakes.
#include <gtest/gtest.h>

#include "plugin/builtin/manifests.h"
#include "plugin/manifests/registry.h"
#include "tests/plugin/fixtures.h"
#include "tests/plugin/manifests/builtin_check.h"

namespace winnow::plugin {
namespace {

TEST(BuiltInManifests, AreRight) {
  const auto registry = Registry::load({}).value();
  for (const auto& builtin : builtin_manifests()) {
    const auto document = document::parse_yaml(builtin.text, std::string(builtin.name)).value();
    const auto checked = check_builtin(document);
    EXPECT_TRUE(checked) << checked.error().message;
    const auto task = registry.find(document.value["name"].get<std::string>());
    ASSERT_TRUE(task) << task.error().message;
    EXPECT_TRUE((*task)->parameters.compiled()) << builtin.name;
    EXPECT_EQ((*task)->manifest.name + ".yaml", builtin.name);
  }
}

// One fixture for each way in which one could be broken.
TEST(BuiltInManifests, ThatAreBrokenAreFound) {
  const auto fixtures = fixtures_in("builtin");
  EXPECT_GE(fixtures.size(), 30U);
  for (const auto& fixture : fixtures) {
    const auto text = document::read_text_file(fixture, 1'000'000).value();
    const auto checked = check_builtin(document::parse_yaml(text, "").value());
    ASSERT_FALSE(checked) << fixture;
    EXPECT_TRUE(checked.error().message.starts_with(":" + expected_of(text)))
        << fixture << ": " << checked.error().message;
  }
}

}  // namespace
}  // namespace winnow::plugin
