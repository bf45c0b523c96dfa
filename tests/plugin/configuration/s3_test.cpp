// The sources of a bucket's settings, and their completion.
#include "plugin/configuration/s3.h"

#include <map>

#include <gmock/gmock.h>

#include "tests/plugin/scratch.h"

namespace winnow::plugin {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

using Variables = std::map<std::string, std::string>;

Outcome<storage::S3Settings> complete(S3Words words, const Variables& variables) {
  if (words.settings.bucket.empty()) words.settings.bucket = "b";
  return complete_s3(words, [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional(found->second);
  });
}

const Variables kKeys{{"AWS_ACCESS_KEY_ID", "from-env"},
                      {"AWS_SECRET_ACCESS_KEY", "s3cret"},
                      {"AWS_SESSION_TOKEN", "token"}};

class S3Credentials : public Scratch {
 protected:
  // With everything that AWS's own tools accept: comments, spaces, other sections.
  std::string file_ = write("credentials",
                            "# mine\n[default]\naws_access_key_id = default-key\n"
                            "aws_secret_access_key=s3cret/+=\r\n\n[other]\n"
                            "aws_access_key_id=other-key\naws_secret_access_key=x\n"
                            "aws_session_token = t\n[half]\naws_access_key_id=h\n");
};

TEST_F(S3Credentials, ThatAreGivenComeFirst) {
  const auto settings = complete({.settings = {.access_key = "given", .secret_key = "x"}}, kKeys);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->access_key, "given");
  EXPECT_EQ(settings->session_token, "");
}

TEST_F(S3Credentials, OfTheEnvironmentComeBeforeTheFile) {
  auto variables = kKeys;
  variables["AWS_SHARED_CREDENTIALS_FILE"] = file_;
  const auto settings = complete({}, variables);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->access_key, "from-env");
  EXPECT_EQ(settings->session_token, "token");
}

TEST_F(S3Credentials, OfAFileAreThoseOfTheProfile) {
  const auto first = complete({}, {{"AWS_SHARED_CREDENTIALS_FILE", file_}});
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->access_key, "default-key");
  EXPECT_EQ(first->secret_key, "s3cret/+=");
  const auto other = complete({.profile = "other", .credentials_file = file_}, kKeys);
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_EQ(other->access_key, "other-key");
  EXPECT_EQ(other->session_token, "t");
}

TEST_F(S3Credentials, ThatAreMissingAreSaidToBe) {
  const auto none = complete({}, {{"HOME", "/nowhere"}});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().kind, FailureKind::configuration);
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr("AWS_ACCESS_KEY_ID"), HasSubstr("/nowhere/.aws/credentials")));
  const auto half = complete({.profile = "half", .credentials_file = file_}, {});
  EXPECT_THAT(half.error().message, HasSubstr("lacks aws_access_key_id or aws_secret"));
  const auto unknown = complete({.profile = "x", .credentials_file = file_}, {});
  EXPECT_THAT(unknown.error().message,
              AllOf(HasSubstr("no profile \"x\""), Not(HasSubstr("s3cret"))));
}

TEST(S3Defaults, AreThoseOfAws) {
  auto variables = kKeys;
  variables["AWS_REGION"] = "eu-central-1";
  const auto settings = complete({}, variables);
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->endpoint, "https://s3.eu-central-1.amazonaws.com");
  EXPECT_FALSE(settings->path_style);
  EXPECT_EQ(complete({.settings = {.region = "cn-north-1"}}, kKeys)->endpoint,
            "https://s3.cn-north-1.amazonaws.com.cn");
  EXPECT_TRUE(complete({.settings = {.bucket = "a.b"}}, kKeys)->path_style);
  EXPECT_TRUE(complete({.settings = {.endpoint = "https://h:1/"}}, kKeys)->path_style);
  EXPECT_FALSE(
      complete({.settings = {.endpoint = "https://h"}, .path_style = false}, kKeys)->path_style);
}

}  // namespace
}  // namespace winnow::plugin
