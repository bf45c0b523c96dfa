// Every flow of broken/ is refused before anything runs, with the file, the line and the reason
// that its first line expects.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/yaml.h"
#include "tests/hosts/cli/process.h"

namespace winnow::tests {
namespace {

using document::Json;

std::vector<std::string> flows() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(WINNOW_BROKEN))
    names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

// The rest of the line behind `# key: `, or nothing.
std::string comment(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  const std::string mark = "# " + key + ": ";
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(mark)) return line.substr(mark.size());
  }
  return {};
}

class BrokenFlow : public testing::TestWithParam<std::string> {};

TEST_P(BrokenFlow, IsRefusedWithItsPlace) {
  const std::string path = std::string(WINNOW_BROKEN) + "/" + GetParam() + ".yaml";
  const std::string expected = comment(path, "expect");
  ASSERT_FALSE(expected.empty());
  Start start;
  // Nothing listens there: whatever reached for the database would end with status 3.
  start.words = {
      WINNOW_COMMAND, "run", path, "--database", "postgresql://kestra@127.0.0.1:1/kestra",
      "--storage",    "/tmp"};
  std::istringstream words(comment(path, "args"));
  for (std::string word; words >> word;) start.words.push_back(word);
  const auto finished = run(start);
  EXPECT_EQ(finished.status, 2);
  const Json result = Json::parse(finished.out, nullptr, false);
  ASSERT_TRUE(result.is_object()) << finished.out;
  const bool has_line = expected.front() >= '0' && expected.front() <= '9';
  const std::string message = result["error"]["message"].get<std::string>();
  EXPECT_THAT(message, testing::StartsWith(has_line ? path + ":" + expected : expected));
  EXPECT_THAT(finished.err, testing::HasSubstr(message));
}

INSTANTIATE_TEST_SUITE_P(Flows, BrokenFlow, testing::ValuesIn(flows()), [](const auto& flow) {
  std::string name = flow.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace winnow::tests
