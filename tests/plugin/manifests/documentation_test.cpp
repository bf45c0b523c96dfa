// The program reads the examples of the documentation, so that they can't become outdated.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "document/text_file.h"
#include "plugin/builtin/schemas.h"
#include "plugin/configuration/configuration.h"
#include "plugin/manifests/filter_operators.h"
#include "plugin/manifests/registry.h"
#include "tests/plugin/scratch.h"

namespace winnow::plugin {
namespace {

std::string page(const std::string& name) {
  return document::read_text_file(std::string(WINNOW_SOURCE "/docs/") + name, 1'000'000).value();
}

std::vector<std::string> snippets(const std::string& text, const std::string& language) {
  std::vector<std::string> found;
  const std::string fence = "```" + language + "\n";
  for (auto at = text.find(fence); at != std::string::npos; at = text.find(fence, at)) {
    at += fence.size();
    const auto end = text.find("```", at);
    found.push_back(text.substr(at, end - at));
    at = end + 3;
  }
  return found;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

class DocumentationTest : public Scratch {};

// The paths on the page are an operator's; here they are in the test's own folder.
TEST_F(DocumentationTest, EveryConfigurationShownIsRead) {
  set("KESTRA_DB_PASSWORD", "secret");
  set("MINIO_SECRET", "secret");
  write("run/secrets/db", "secret\n");
  write("run/secrets/s3", "secret\n");
  write("app/storage/x", "");
  write("var/lib/winnow/x", "");
  write("app/application.yml", "datasources: {postgres: {url: 'jdbc:postgresql://db/kestra'}}\n");
  const auto all = snippets(page("configuration.md"), "yaml");
  EXPECT_GE(all.size(), 5U);
  for (auto snippet : all) {
    for (const auto* path : {"/app/", "/run/secrets/", "/var/lib/"})
      snippet = replaced(snippet, path, folder() + path);
    const auto configuration = read_configuration(snippet);
    EXPECT_TRUE(configuration.has_value()) << snippet << configuration.error().message;
  }
}

TEST_F(DocumentationTest, EveryKeyOfTheConfigurationIsExplained) {
  const auto text = page("configuration.md");
  for (const auto& builtin : builtin_schemas()) {
    if (builtin.name != "configuration.schema.json") continue;
    const auto schema = document::Json::parse(builtin.text);
    for (const auto& top : schema["properties"].items()) {
      if (!top.value().contains("properties")) {
        EXPECT_THAT(text, testing::HasSubstr("| `" + top.key() + "` |"));
        continue;
      }
      for (const auto& key : top.value()["properties"].items()) {
        EXPECT_THAT(text, testing::HasSubstr("| `" + top.key() + "." + key.key() + "` |"));
      }
    }
  }
}

// A snippet is a whole manifest, or parts of one that are added to this.
TEST_F(DocumentationTest, EveryManifestShownIsRead) {
  const auto all = snippets(page("manifests.md"), "yaml");
  EXPECT_GE(all.size(), 3U);
  int number = 0;
  for (const auto& snippet : all) {
    const auto part = document::parse_yaml(snippet, "snippet");
    ASSERT_TRUE(part.has_value()) << snippet << part.error().message;
    document::Json manifest = document::Json::parse(
        R"({"name": "ListThings", "engine": "listing", "title": "t", "description": "d", "table": "things",
            "order": {"columns": ["id"]}, "columns": {"id": {"column": "key"}}})");
    for (const auto& key : part->value.items()) manifest[key.key()] = key.value();
    if (!part->value.contains("name")) manifest["name"] = "ListThings" + std::to_string(++number);
    write(std::to_string(number) + "-" + manifest["name"].get<std::string>() + ".yaml",
          manifest.dump());
  }
  const auto registry = Registry::load({folder()});
  EXPECT_TRUE(registry.has_value()) << registry.error().message;
}

TEST_F(DocumentationTest, EveryOperatorOfTheSchemaIsReadAndExplained) {
  const auto schema = builtin_schema("manifest.schema.json");
  const auto& filter =
      schema["properties"]["parameters"]["additionalProperties"]["properties"]["filter"];
  const auto& names = filter["properties"]["operator"]["enum"];
  ASSERT_FALSE(names.empty());
  const auto text = page("manifests.md");
  for (const auto& name : names) {
    EXPECT_EQ(operator_named(name.get<std::string>()).name, name);
    EXPECT_THAT(text, testing::HasSubstr("`" + name.get<std::string>() + "`"));
  }
}

TEST_F(DocumentationTest, TheExampleOnThePageIsTheExampleInItsFile) {
  const auto file = page("examples/manifests/ListTriggers.yaml");
  EXPECT_THAT(snippets(page("manifests.md"), "yaml"), testing::Contains(file));
}

}  // namespace
}  // namespace winnow::plugin
