// Removing, counting and searching in a bucket, on real servers: WINNOW_TEST_S3_URL (versitygw),
// WINNOW_TEST_S3_TLS_URL (the same over TLS; the authority is in the file WINNOW_TEST_S3_CA) and
// WINNOW_TEST_MINIO_URL, as tests/servers/*.sh print them.
#include <algorithm>
#include <chrono>
#include <unistd.h>

#include <gmock/gmock.h>

#include "tests/storage/s3_bed.h"
#include "tests/storage/scratch.h"

namespace winnow::tests {
namespace {

using storage::ExecutionFolder;
using storage::FoundFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* kOverTls = "WINNOW_TEST_S3_TLS_URL";

std::vector<std::string> servers() {
  std::vector<std::string> names;
  for (const char* name : {"WINNOW_TEST_S3_URL", kOverTls, "WINNOW_TEST_MINIO_URL"}) {
    if (std::getenv(name) != nullptr) names.emplace_back(name);
  }
  // Without a server the tests fail, unless that is meant.
  if (names.empty() && std::getenv("WINNOW_TEST_WITHOUT_SERVERS") == nullptr) {
    names.emplace_back("WINNOW_TEST_S3_URL");
  }
  return names;
}

// Each test has its own path in the bucket.
class S3Bucket : public testing::TestWithParam<std::string> {
 protected:
  S3Bucket() : settings_(settings_of_server()), bucket_(settings_) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    settings_.path = std::to_string(::getpid()) + "-" + std::string(test->name(), 12);
    std::replace(settings_.path.begin(), settings_.path.end(), '/', '-');
    settings_.pause_ms = 100;
  }

  static storage::S3Settings settings_of_server() {
    const char* url = std::getenv(GetParam().c_str());
    if (url == nullptr)
      throw std::runtime_error("start a server: tests/servers/versitygw.sh, " + GetParam());
    auto settings = settings_of_url(url);
    const char* authority = std::getenv("WINNOW_TEST_S3_CA");
    if (GetParam() == kOverTls && authority != nullptr) settings.ca_file = authority;
    return settings;
  }

  std::string run(const std::string& id) const { return "main/company/team/flow/executions/" + id; }
  void put(const std::string& key) { bucket_.put(settings_.path + "/" + key); }
  // What is left, markers of folders apart, without the test's path.
  std::vector<std::string> left() {
    std::vector<std::string> keys;
    for (const auto& key : bucket_.keys(settings_.path + "/")) {
      if (!key.ends_with('/')) keys.push_back(key.substr(settings_.path.size() + 1));
    }
    return keys;
  }
  std::unique_ptr<storage::Storage> storage() const { return open_bucket(settings_); }

  storage::S3Settings settings_;
  Bucket bucket_;
};

TEST_P(S3Bucket, RemovesAllOfAnExecutionAndLeavesEverythingElse) {
  for (const char* file : {"a/inputs/file.csv", "a/tasks/t/run1/out.ion", "ab/x", "A2/x"})
    put(run(file));
  put("main/company/team/_files/x");
  put("other/company/team/flow/executions/a/x");
  const auto bucket = storage();
  EXPECT_EQ(count_one(*bucket, folder("a")).files, 2);
  const auto removed = remove_one(*bucket, folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 2);
  EXPECT_THAT(left(), UnorderedElementsAre(run("ab/x"), run("A2/x"), "main/company/team/_files/x",
                                           "other/company/team/flow/executions/a/x"));
  EXPECT_EQ(remove_one(*bucket, folder("a")).files, 0);
}

TEST_P(S3Bucket, NamesThatAreHardToWriteGoLikeOthers) {
  for (const char* name : {"a b", "a+b", "a%20b", "a&b<c>\"d'", "caf\u00e9", "\U0001F600", "a?b#c",
                           "a=b;c", "~a_b-c.d", "*('!)", "a\\b", "a@b:c,d", "[x]{y}|^`"}) {
    put(run(std::string("a/") + name));
  }
  const auto removed = remove_one(*storage(), folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 13);
  EXPECT_THAT(left(), IsEmpty());
}

TEST_P(S3Bucket, ManyExecutionsGoTogether) {
  std::vector<ExecutionFolder> folders;
  for (int i = 0; i < 60; ++i) {
    const std::string id = "run" + std::to_string(100 + i);
    put(run(id + "/x"));
    put(run(id + "/in/y"));
    if (i % 4 != 0) folders.push_back(folder(id));
  }
  const Cancellation cancellation;
  for (const auto& removed : storage()->remove(folders, cancellation)) {
    EXPECT_FALSE(removed.failure) << message_of(removed);
    EXPECT_EQ(removed.files, 2);
  }
  EXPECT_EQ(left().size(), 30);
}

TEST_P(S3Bucket, AnExecutionOfMoreThanAPageGoesWhole) {
  for (int i = 0; i < 1'050; ++i) put(run("a/f" + std::to_string(i)));
  const auto removed = remove_one(*storage(), folder("a"));
  EXPECT_FALSE(removed.failure) << message_of(removed);
  EXPECT_EQ(removed.files, 1'050);
  EXPECT_THAT(left(), IsEmpty());
}

TEST_P(S3Bucket, FindsTheFoldersOfExecutionsAndNothingElse) {
  for (const char* key :
       {"main/company/team/flow/executions/a/x", "main/company/team/flow/executions/a/in/y",
        "main/company/other/flow/executions/b/x", "main/company/team/_files/q/flow/executions/c/x",
        "main/company/team/flow/states/executions/d/x", "main/companyx/flow/executions/e/x",
        // The namespaces `company.team.executions` and one below it, and the flow `executions` of
        // `company.team`.
        "main/company/team/executions/flow/executions/g/x",
        "main/company/team/executions/flow2/states/s",
        "main/company/team/executions/sub/flow/executions/h/x",
        "main/company/team/executions/_files/f", "main/company/team/executions/executions/i/x",
        "other/company/team/flow/executions/f/x"}) {
    put(key);
  }
  const auto begun = std::chrono::system_clock::now() - std::chrono::minutes(5);
  const Cancellation cancellation;
  std::vector<std::string> found;
  const auto searched = storage()->find(
      {.tenant = "main", .name_space = "company"},
      [&](const FoundFolder& each) -> Outcome<void> {
        found.push_back(each.folder.name_space + " " + each.folder.flow + " " +
                        each.folder.execution + " " + std::to_string(each.files));
        EXPECT_GT(each.newest, begun);
        return {};
      },
      cancellation);
  EXPECT_THAT(found, UnorderedElementsAre("company.team flow a 2", "company.other flow b 1"));
}

TEST_P(S3Bucket, AWrongSecretIsSaidToBeOneAndNotShown) {
  settings_.secret_key = kSecret;
  const auto removed = remove_one(*storage(), folder("a"));
  EXPECT_THAT(message_of(removed), HasSubstr("SignatureDoesNotMatch"));
  EXPECT_THAT(message_of(removed), testing::Not(HasSubstr(kSecret)));
}

TEST_P(S3Bucket, ABucketThatIsNotThereIsNamed) {
  settings_.bucket = "no-such-bucket";
  EXPECT_THAT(message_of(remove_one(*storage(), folder("a"))), HasSubstr("no-such-bucket"));
}

TEST_P(S3Bucket, ACertificateOfAnAuthorityThatWasNotGivenIsRefused) {
  if (GetParam() != kOverTls) GTEST_SKIP() << "shows no certificate";
  put(run("a/x"));
  settings_.ca_file.clear();
  EXPECT_THAT(message_of(remove_one(*storage(), folder("a"))), HasSubstr("certificate"));
  EXPECT_THAT(left(), ElementsAre(run("a/x")));
}

TEST_P(S3Bucket, ACertificateForAnotherHostIsRefused) {
  if (GetParam() != kOverTls) GTEST_SKIP() << "shows no certificate";
  put(run("a/x"));
  const auto host = settings_.endpoint.find("127.0.0.1");
  settings_.endpoint.replace(host, std::string("127.0.0.1").size(), "localhost");
  EXPECT_THAT(message_of(remove_one(*storage(), folder("a"))), HasSubstr("localhost"));
  EXPECT_THAT(left(), ElementsAre(run("a/x")));
}

TEST_P(S3Bucket, AnEndpointThatSpeaksNoTlsIsNamedAtOnce) {
  if (GetParam() == kOverTls) GTEST_SKIP() << "speaks TLS";
  settings_.endpoint.replace(0, std::string("http").size(), "https");
  const auto removed = remove_one(*storage(), folder("a"));
  ASSERT_TRUE(removed.failure);
  EXPECT_THAT(removed.failure->message, HasSubstr("`endpoint` may have to begin with http://"));
  EXPECT_FALSE(removed.failure->retryable);
}

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(S3Bucket);
INSTANTIATE_TEST_SUITE_P(Servers, S3Bucket, testing::ValuesIn(servers()), [](const auto& each) {
  if (each.param == "WINNOW_TEST_MINIO_URL") return std::string("minio");
  return std::string(each.param == kOverTls ? "versitygw_tls" : "versitygw");
});

}  // namespace
}  // namespace winnow::tests
