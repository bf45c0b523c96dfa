// A host that breaks the contract gets a status and keeps its process.
#include <cstddef>
#include <cstring>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/winnow.h"
#include "tests/abi/buffer.h"

namespace {

const std::string kConfig =
    "database: {url: \"sqlite:/nowhere/at/all.db\"}\nstorage: {type: none}\n";
const std::string kPurge = R"({"endDate": "2026-01-01T00:00:00Z"})";

class Misuse : public testing::Test {
 protected:
  Misuse() {
    EXPECT_EQ(winnow_open(nullptr, kConfig.data(), kConfig.size(), &w_, nullptr), WINNOW_OK);
  }
  ~Misuse() override { EXPECT_EQ(winnow_close(w_), WINNOW_OK); }

  std::int32_t make(const std::string& task, const std::string& params, winnow_job** job,
                    winnow_buffer* error) {
    return winnow_job_new(w_, task.data(), task.size(), params.data(), params.size(), job, error);
  }
  winnow_job* job() {
    winnow_job* job = nullptr;
    EXPECT_EQ(make("PurgeExecutions", kPurge, &job, nullptr), WINNOW_OK);
    return job;
  }

  winnow_library* w_ = nullptr;
};

TEST_F(Misuse, OfNullForEachPointerIsToldAndNeverFatal) {
  Buffer out;
  winnow_job* job = nullptr;
  EXPECT_EQ(winnow_open(nullptr, nullptr, 0, nullptr, &out), WINNOW_INVALID_ARGUMENT);
  winnow_library* w = w_;
  EXPECT_EQ(winnow_open(nullptr, nullptr, 5, &w, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(w, nullptr);
  EXPECT_EQ(winnow_close(nullptr), WINNOW_OK);
  EXPECT_EQ(winnow_describe(nullptr, nullptr, 0, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_describe(w_, nullptr, 3, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_describe(w_, nullptr, 0, nullptr), WINNOW_OK);
  EXPECT_EQ(winnow_job_new(nullptr, "x", 1, "{}", 2, &job, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_new(w_, nullptr, 1, "{}", 2, &job, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_new(w_, "ListLogs", 8, nullptr, 2, &job, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_new(w_, "ListLogs", 8, "{}", 2, nullptr, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_plan(nullptr, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_run(nullptr, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_cancel(nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_pause(nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_resume(nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_progress(nullptr, nullptr), WINNOW_INVALID_ARGUMENT);
  winnow_job_free(nullptr);
  winnow_buffer_free(nullptr);
}

TEST_F(Misuse, OfASizeThatIsNoneOfThisAbiIsRefused) {
  for (const std::uint32_t size : {0U, 4U, 8U}) {
    winnow_buffer out{size, 0, nullptr, 0};
    EXPECT_EQ(winnow_describe(w_, nullptr, 0, &out), WINNOW_INVALID_ARGUMENT);
    winnow_host host{};
    host.size = size;
    winnow_library* w = nullptr;
    EXPECT_EQ(winnow_open(&host, nullptr, 0, &w, nullptr), WINNOW_INVALID_ARGUMENT);
    winnow_job* made = job();
    winnow_progress progress{};
    progress.size = size;
    EXPECT_EQ(winnow_job_progress(made, &progress), WINNOW_INVALID_ARGUMENT);
    winnow_job_free(made);
  }
  winnow_host host{};
  host.size = offsetof(winnow_host, storage) - 1;  // ABI 1.0 had all before it
  winnow_library* w = nullptr;
  EXPECT_EQ(winnow_open(&host, nullptr, 0, &w, nullptr), WINNOW_INVALID_ARGUMENT);
}

TEST_F(Misuse, OfALaterAbisLargerStructIsServed) {
  struct {
    winnow_buffer known;
    std::uint64_t later;
  } out{{sizeof out, 0, nullptr, 0}, 7};
  EXPECT_EQ(winnow_describe(w_, nullptr, 0, &out.known), WINNOW_OK);
  EXPECT_EQ(out.later, 7U);
  winnow_buffer_free(&out.known);
  EXPECT_EQ(out.later, 7U);
}

// Nothing is begun that could not be answered: the job may still be run.
TEST_F(Misuse, OfABufferThatIsTooSmallIsToldBeforeAnythingIsDone) {
  winnow_buffer small{sizeof(winnow_buffer) - 1, 0, nullptr, 0};
  winnow_library* w = w_;
  EXPECT_EQ(winnow_open(nullptr, nullptr, 0, &w, &small), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(w, nullptr);
  auto* made = reinterpret_cast<winnow_job*>(1);
  EXPECT_EQ(make("PurgeExecutions", kPurge, &made, &small), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(made, nullptr);
  made = job();
  EXPECT_EQ(winnow_job_plan(made, &small), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_run(made, &small), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(small.data, nullptr);
  winnow_buffer_free(&small);
  EXPECT_EQ(winnow_job_progress(made, nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_run(made, nullptr), WINNOW_UNAVAILABLE);
  winnow_job_free(made);
}

TEST_F(Misuse, OfALengthThatNoTextHasIsRefused) {
  const std::string long_text(11UL * 1024 * 1024, ' ');
  const std::string long_name(2000, 'x');
  Buffer out;
  winnow_library* w = nullptr;
  winnow_job* made = nullptr;
  EXPECT_EQ(winnow_open(nullptr, long_text.data(), long_text.size(), &w, &out),
            WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_describe(w_, long_name.data(), long_name.size(), &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(make(long_name, "{}", &made, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(make("ListLogs", long_text, &made, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_THAT(out.json()["message"].get<std::string>(), testing::HasSubstr("at most"));
}

TEST_F(Misuse, OfAHandleOfAnotherKindIsRefused) {
  winnow_job* made = job();
  auto* job_as_library = reinterpret_cast<winnow_library*>(made);
  auto* library_as_job = reinterpret_cast<winnow_job*>(w_);
  winnow_progress progress{sizeof progress, 0, 0, 0, 0, 0, 0, 0};
  winnow_job* another = nullptr;
  EXPECT_EQ(winnow_close(job_as_library), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_describe(job_as_library, nullptr, 0, nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_new(job_as_library, "ListLogs", 8, "{}", 2, &another, nullptr),
            WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_plan(library_as_job, nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_run(library_as_job, nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_cancel(library_as_job), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_progress(library_as_job, &progress), WINNOW_INVALID_ARGUMENT);
  winnow_job_free(library_as_job);
  EXPECT_EQ(winnow_describe(w_, nullptr, 0, nullptr), WINNOW_OK);
  winnow_job_free(made);
}

TEST_F(Misuse, OfEmptyTextsIsNone) {
  winnow_job* made = nullptr;
  EXPECT_EQ(winnow_job_new(w_, "ListLogs", 8, nullptr, 0, &made, nullptr), WINNOW_OK);
  winnow_job_free(made);
  EXPECT_EQ(winnow_job_new(w_, nullptr, 0, "{}", 2, &made, nullptr), WINNOW_UNKNOWN_TASK);
  EXPECT_EQ(made, nullptr);
  EXPECT_EQ(winnow_describe(w_, "Nothing", 7, nullptr), WINNOW_UNKNOWN_TASK);
}

// The sanitizers report it if the first text is not freed.
TEST_F(Misuse, OfABufferThatStillHoldsTextLosesNothing) {
  winnow_buffer out{sizeof out, 0, nullptr, 0};
  EXPECT_EQ(winnow_describe(w_, nullptr, 0, &out), WINNOW_OK);
  EXPECT_EQ(winnow_describe(w_, "Nothing", 7, &out), WINNOW_UNKNOWN_TASK);
  EXPECT_EQ(Json::parse(std::string(out.data, out.length))["code"], "UNKNOWN_TASK");
  winnow_buffer_free(&out);
  EXPECT_EQ(out.data, nullptr);
  EXPECT_EQ(out.length, 0U);
  winnow_buffer_free(&out);
}

TEST_F(Misuse, OfAnUnknownTaskNamesTheNearest) {
  Buffer out;
  winnow_job* made = reinterpret_cast<winnow_job*>(1);
  EXPECT_EQ(make("PurgeExecution", kPurge, &made, &out), WINNOW_UNKNOWN_TASK);
  EXPECT_EQ(made, nullptr);
  EXPECT_EQ(out.json()["code"], "UNKNOWN_TASK");
  EXPECT_THAT(out.json()["message"].get<std::string>(), testing::HasSubstr("PurgeExecutions"));
}

TEST_F(Misuse, OfParametersPointsAtThem) {
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"endDate": "yesterday"})", "/endDate"},
      {R"({"endDate": 5})", "/endDate"},
      {R"({})", "/endDate"},
      {R"({"endDate": "2026-01-01T00:00:00Z", "batchsize": 5})", "/batchsize"},
      {R"({"endDate": "2026-01-01T00:00:00Z", "batchSize": 0})", "/batchSize"},
      {R"({"endDate": "2026-01-01T00:00:00Z", "states": ["DONE"]})", "/states/0"},
      {R"({"endDate": "2026-01-01T00:00:00Z", "tenant": "other"})", "/tenant"}};
  for (const auto& [params, pointer] : wrong) {
    Buffer out;
    winnow_job* made = nullptr;
    const auto status = make("PurgeExecutions", params, &made, &out);
    EXPECT_EQ(status,
              std::strcmp(pointer, "/tenant") == 0 ? WINNOW_DENIED : WINNOW_INVALID_PARAMETER)
        << params;
    EXPECT_EQ(out.json()["pointer"], pointer) << params;
  }
  for (const char* params : {"[]", "7", "{", "{\"a\": 1, \"a\": 2}", "nul"}) {
    EXPECT_EQ(make("PurgeExecutions", params, nullptr, nullptr), WINNOW_INVALID_ARGUMENT) << params;
    winnow_job* made = nullptr;
    EXPECT_EQ(make("PurgeExecutions", params, &made, nullptr), WINNOW_INVALID_PARAMETER) << params;
  }
}

TEST_F(Misuse, OfTextThatIsNotUtf8IsRefused) {
  for (const std::string& text :
       {std::string("\xC0\x80", 2), std::string("\xED\xA0\x80"), std::string("\xFF")}) {
    Buffer out;
    winnow_job* made = nullptr;
    winnow_library* w = nullptr;
    EXPECT_EQ(winnow_open(nullptr, text.data(), text.size(), &w, &out), WINNOW_INVALID_ARGUMENT);
    EXPECT_EQ(winnow_describe(w_, text.data(), text.size(), &out), WINNOW_INVALID_ARGUMENT);
    EXPECT_EQ(make("ListLogs", "{\"flowId\": \"" + text + "\"}", &made, &out),
              WINNOW_INVALID_ARGUMENT);
  }
}

TEST_F(Misuse, OfHandlesThatWereGivenBackIsHarmless) {
  winnow_job* made = job();
  winnow_job_free(made);
  winnow_job_free(made);
  Buffer out;
  EXPECT_EQ(winnow_job_run(made, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_cancel(made), WINNOW_INVALID_ARGUMENT);
  winnow_library* w = nullptr;
  ASSERT_EQ(winnow_open(nullptr, nullptr, 0, &w, nullptr), WINNOW_OK);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
  EXPECT_EQ(winnow_close(w), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_describe(w, nullptr, 0, &out), WINNOW_INVALID_ARGUMENT);
  winnow_job_free(reinterpret_cast<winnow_job*>(&out));
}

// C16: a number is unique, and is not an address of this process.
TEST_F(Misuse, OfAHandleMeetsNobodyElsesBecauseNoneIsGivenOutTwice) {
  std::set<std::uintptr_t> given;
  for (int time = 0; time < 100; ++time) {
    winnow_library* handle = nullptr;
    ASSERT_EQ(winnow_open(nullptr, nullptr, 0, &handle, nullptr), WINNOW_OK);
    const auto number = reinterpret_cast<std::uintptr_t>(handle);
    EXPECT_TRUE(given.insert(number).second);
    EXPECT_NE(number >> 47, 0U);
    winnow_close(handle);
  }
}

TEST_F(Misuse, OfAJobInTheWrongOrderIsRefused) {
  Buffer out;
  winnow_job* made = job();
  EXPECT_EQ(winnow_close(w_), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_cancel(made), WINNOW_OK);
  EXPECT_EQ(winnow_job_cancel(made), WINNOW_OK);
  EXPECT_EQ(winnow_job_run(made, &out), WINNOW_CANCELLED);
  EXPECT_EQ(out.json()["done"], Json::object());
  EXPECT_EQ(winnow_job_run(made, &out), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_plan(made, &out), WINNOW_INVALID_ARGUMENT);
  winnow_job_free(made);
}

TEST_F(Misuse, OfAMissingDatabaseIsToldWithWhatToDo) {
  Buffer out;
  winnow_job* made = job();
  EXPECT_EQ(winnow_job_run(made, &out), WINNOW_UNAVAILABLE);
  EXPECT_THAT(out.json()["message"].get<std::string>(), testing::HasSubstr("/nowhere/at/all.db"));
  winnow_job_free(made);
}

TEST(Configuration, IsRefusedWithItsLineAndNeverRepeatsASecret) {
  const std::pair<const char*, const char*> wrong[] = {
      {"database:\n  url: postgresql://u:geheim@h/d\n  pasword: x\n", "configuration:3"},
      {"storage: {type: local, base-path: /}\n", "base-path"},
      {"storage: {type: local, base-path: ''}\n", "base-path"},
      {"storage: {type: local, base-path: /does/not/exist}\n", "base-path"},
      {"database: {url: 'oracle://u:geheim@h/d'}\n", "url"},
      {"database: {url: 'postgresql://h/d', password: {env: WINNOW_NO_SUCH_VARIABLE}}\n",
       "WINNOW_NO_SUCH_VARIABLE"},
      {"manifests: [/does/not/exist]\n", "/does/not/exist"},
      {"a: [\n", "configuration:"}};
  for (const auto& [text, expected] : wrong) {
    Buffer out;
    winnow_library* w = nullptr;
    EXPECT_EQ(winnow_open(nullptr, text, std::strlen(text), &w, &out), WINNOW_CONFIGURATION)
        << text;
    const std::string message = out.json()["message"];
    EXPECT_THAT(message, testing::HasSubstr(expected));
    EXPECT_THAT(message, testing::Not(testing::HasSubstr("geheim")));
  }
}

TEST(Layout, IsThatOfAbi1) {
  static_assert(sizeof(winnow_buffer) == 24 && offsetof(winnow_buffer, data) == 8 &&
                offsetof(winnow_buffer, length) == 16);
  static_assert(sizeof(winnow_host) == 56 && offsetof(winnow_host, context) == 8 &&
                offsetof(winnow_host, log) == 16 && offsetof(winnow_host, event) == 24 &&
                offsetof(winnow_host, is_cancelled) == 32 &&
                offsetof(winnow_host, delete_files) == 40 && offsetof(winnow_host, storage) == 48);
  static_assert(sizeof(winnow_reply) == 24 && offsetof(winnow_reply, sink) == 8 &&
                offsetof(winnow_reply, write) == 16);
  static_assert(sizeof(winnow_progress) == 56 && offsetof(winnow_progress, phase) == 4 &&
                offsetof(winnow_progress, rows_done) == 8 &&
                offsetof(winnow_progress, elapsed_ms) == 40 &&
                offsetof(winnow_progress, waiting) == 48);
  EXPECT_EQ(winnow_abi_version(), static_cast<std::uint32_t>(WINNOW_ABI_VERSION));
}

}  // namespace
