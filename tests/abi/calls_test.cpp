// What a host may count on: callbacks on its own thread, cancel from anywhere, many threads,
// nothing left behind.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "abi/winnow.h"
#include "database/connection.h"
#include "database/count.h"
#include "tests/abi/buffer.h"
#include "tests/support/require.h"
#include "tests/support/test_database.h"
#include "tools/sample/fill.h"
#include "tools/sample/schema.h"

namespace {

namespace fs = std::filesystem;

const std::string kPurge = R"({"endDate": "2026-09-01T00:00:00Z", "batchSize": 10})";

int descriptors() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/fd")) ++count;
  return count;
}

int threads() {
  int count = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator("/proc/self/task")) ++count;
  return count;
}

// A job on its own thread that pauses itself at its first batch.
class PausedRun {
 public:
  static void on_event(void* context, const char* json, std::size_t length) {
    auto& run = *static_cast<PausedRun*>(context);
    const auto event = Json::parse(std::string(json, length))["event"];
    if (event == "batch" && run.pauses_) {
      EXPECT_EQ(winnow_job_pause(run.job), WINNOW_OK);
    }
    if (event == "paused") ++run.paused;
    if (event == "paused") run.paused.notify_all();
  }
  winnow_host host() {
    winnow_host host{};
    host.size = sizeof host;
    host.context = this;
    host.event = on_event;
    return host;
  }
  void start() {
    thread_ = std::jthread([this] { status = winnow_job_run(job, &out); });
  }
  void wait_until_paused() const { paused.wait(0); }
  void go_on() {
    pauses_ = false;
    EXPECT_EQ(winnow_job_resume(job), WINNOW_OK);
  }
  void join() { thread_.join(); }
  winnow_progress progress() const {
    winnow_progress now{};
    now.size = sizeof now;
    EXPECT_EQ(winnow_job_progress(job, &now), WINNOW_OK);
    return now;
  }

  winnow_job* job = nullptr;
  std::atomic<int> paused{0};
  std::int32_t status = -1;
  Buffer out;

 private:
  std::atomic<bool> pauses_{true};
  std::jthread thread_;
};

// A SQLite database of 300 executions, and the library opened on it.
class Calls : public testing::Test {
 protected:
  Calls() : folder_(fs::temp_directory_path() / ("winnow-calls-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    const auto settings =
        winnow::database::parse_url("sqlite:" + (folder_ / "k.db").string() + "?mode=rwc");
    const winnow::Cancellation never;
    auto connection = winnow::database::connect(*settings, never);
    EXPECT_TRUE(connection);
    EXPECT_TRUE(winnow::sample::create_schema(**connection, "1.1"));
    winnow::sample::SampleOptions options;
    options.executions = 300;
    EXPECT_TRUE(winnow::sample::fill(**connection, winnow::sample::Generator(options)));
  }
  ~Calls() override { fs::remove_all(folder_); }

  winnow_library* open(const winnow_host* host) {
    const auto config =
        "database: {url: \"sqlite:" + (folder_ / "k.db").string() + "\"}\nstorage: {type: " +
        (host != nullptr && (host->delete_files != nullptr || host->storage != nullptr) ? "host"
                                                                                        : "none") +
        "}\n";
    winnow_library* w = nullptr;
    EXPECT_EQ(winnow_open(host, config.data(), config.size(), &w, nullptr), WINNOW_OK);
    return w;
  }
  // The library opened for a purge that pauses; its job is not begun.
  winnow_library* prepare(PausedRun& run) {
    const auto host = run.host();
    auto* w = open(&host);
    run.job = purge(w);
    return w;
  }
  static winnow_job* purge(winnow_library* w) {
    winnow_job* job = nullptr;
    EXPECT_EQ(winnow_job_new(w, "PurgeExecutions", 15, kPurge.data(), kPurge.size(), &job, nullptr),
              WINNOW_OK);
    return job;
  }

  fs::path folder_;
};

struct Seen {
  std::thread::id thread = std::this_thread::get_id();
  bool elsewhere = false;
  int calls = 0;
  winnow_job* job = nullptr;
  void here() {
    ++calls;
    elsewhere = elsewhere || std::this_thread::get_id() != thread;
  }
};

TEST_F(Calls, ComeBackOnTheThreadThatRuns) {
  Seen seen;
  winnow_host host{sizeof host, 0, &seen, nullptr, nullptr, nullptr, nullptr, nullptr};
  host.log = [](void* context, std::int32_t, const char*, std::size_t) {
    static_cast<Seen*>(context)->here();
  };
  host.event = [](void* context, const char*, std::size_t) { static_cast<Seen*>(context)->here(); };
  host.is_cancelled = [](void* context) -> std::int32_t {
    static_cast<Seen*>(context)->here();
    return 0;
  };
  host.delete_files = [](void* context, const char* request, std::size_t size,
                         std::uint64_t* deleted) -> std::int32_t {
    static_cast<Seen*>(context)->here();
    *deleted = Json::parse(std::string(request, size))["executions"].size();
    return 0;
  };
  auto* w = open(&host);
  auto* job = purge(w);
  Buffer out;
  ASSERT_EQ(winnow_job_run(job, &out), WINNOW_OK) << out.data;
  EXPECT_GT(out.json()["executionsCount"], 10);
  EXPECT_EQ(out.json()["storagesCount"], out.json()["executionsCount"]);
  EXPECT_GT(seen.calls, 10);
  EXPECT_FALSE(seen.elsewhere);
  winnow_job_free(job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, KeepTheRowsWhoseFilesTheHostCouldNotRemove) {
  winnow_host host{sizeof host, 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  host.delete_files = [](void*, const char*, std::size_t, std::uint64_t*) -> std::int32_t {
    return 1;
  };
  auto* w = open(&host);
  auto* job = purge(w);
  Buffer out;
  EXPECT_EQ(winnow_job_run(job, &out), WINNOW_STORAGE);
  EXPECT_EQ(out.json()["done"]["executionsCount"], 0);
  winnow_job_free(job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

// From ABI 1.1 on: the library uses `storage` if a host has both.
TEST_F(Calls, ByStorageTellEachExecutionsResult) {
  Seen seen;
  winnow_host host{sizeof host, 0, &seen, nullptr, nullptr, nullptr, nullptr, nullptr};
  host.delete_files = [](void*, const char*, std::size_t, std::uint64_t*) -> std::int32_t {
    ADD_FAILURE() << "asked by delete_files";
    return 1;
  };
  host.storage = [](void* context, const char* request, std::size_t size,
                    winnow_reply* reply) -> std::int32_t {
    static_cast<Seen*>(context)->here();
    EXPECT_EQ(reply->size, sizeof *reply);
    Json results{{"executions", Json::array()}};
    const Json asked = Json::parse(std::string(request, size));
    for (const auto& each : asked.value("executions", Json::array())) {
      results["executions"].push_back({{"id", each["id"]}, {"files", 3}});
    }
    const std::string text = results.dump();
    reply->write(reply->sink, text.data(), text.size());
    return 0;
  };
  auto* w = open(&host);
  auto* job = purge(w);
  Buffer out;
  ASSERT_EQ(winnow_job_run(job, &out), WINNOW_OK) << out.data;
  EXPECT_EQ(out.json()["storagesCount"], 3 * out.json()["executionsCount"].get<int>());
  EXPECT_GT(seen.calls, 1);
  EXPECT_FALSE(seen.elsewhere);
  winnow_job_free(job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

// A malformed reply must not count as deleted files.
TEST_F(Calls, ByStorageThatAreNoReplyKeepTheRows) {
  for (const char* said : {R"("files": 2, "unfinished": "yes")", R"("files": 2, "unfinished": 1)",
                           R"("files": 9223372036854775807)", R"("files": -1)"}) {
    std::string what = said;
    winnow_host host{sizeof host, 0, &what, nullptr, nullptr, nullptr, nullptr, nullptr};
    host.storage = [](void* context, const char* request, std::size_t size,
                      winnow_reply* reply) -> std::int32_t {
      std::string text = R"({"executions": [)";
      const Json asked = Json::parse(std::string(request, size));
      for (const auto& each : asked.value("executions", Json::array())) {
        if (text.back() == '}') text += ',';
        text += "{\"id\": " + each["id"].dump() + ", " + *static_cast<std::string*>(context) + "}";
      }
      text += "]}";
      reply->write(reply->sink, text.data(), text.size());
      return 0;
    };
    auto* w = open(&host);
    auto* job = purge(w);
    Buffer out;
    EXPECT_EQ(winnow_job_run(job, &out), WINNOW_STORAGE) << said;
    EXPECT_EQ(out.json()["done"]["executionsCount"], 0) << said;
    winnow_job_free(job);
    EXPECT_EQ(winnow_close(w), WINNOW_OK);
  }
}

// A host that was compiled with the header of 1.0: nothing beyond its struct is read.
TEST_F(Calls, FromAHostOfAbi10AreServed) {
  struct Host10 {
    alignas(winnow_host) unsigned char bytes[offsetof(winnow_host, storage)];
    std::uintptr_t behind = 1;
  } memory;
  int removed = 0;
  winnow_host host{
      offsetof(winnow_host, storage), 0, &removed, nullptr, nullptr, nullptr, nullptr, nullptr};
  host.delete_files = [](void* context, const char* request, std::size_t size,
                         std::uint64_t* deleted) -> std::int32_t {
    *deleted = Json::parse(std::string(request, size))["executions"].size();
    *static_cast<int*>(context) += static_cast<int>(*deleted);
    return 0;
  };
  std::memcpy(memory.bytes, &host, sizeof memory.bytes);
  const auto config =
      "database: {url: \"sqlite:" + (folder_ / "k.db").string() + "\"}\nstorage: {type: host}\n";
  winnow_library* w = nullptr;
  ASSERT_EQ(winnow_open(reinterpret_cast<const winnow_host*>(&memory), config.data(), config.size(),
                        &w, nullptr),
            WINNOW_OK);
  auto* job = purge(w);
  Buffer out;
  ASSERT_EQ(winnow_job_run(job, &out), WINNOW_OK) << out.data;
  EXPECT_GT(removed, 10);
  EXPECT_EQ(out.json()["storagesCount"], removed);
  winnow_job_free(job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, CancelFromAnEventStopsBeforeTheNextBatch) {
  Seen seen;
  winnow_host host{sizeof host, 0, &seen, nullptr, nullptr, nullptr, nullptr, nullptr};
  host.event = [](void* context, const char*, std::size_t) {
    winnow_job_cancel(static_cast<Seen*>(context)->job);
  };
  auto* w = open(&host);
  seen.job = purge(w);
  Buffer out;
  EXPECT_EQ(winnow_job_run(seen.job, &out), WINNOW_CANCELLED);
  EXPECT_EQ(out.json()["done"]["executionsCount"], 10);
  EXPECT_EQ(out.json()["message"],
            "The run was cancelled. What it committed before stays: see `done`.");
  winnow_job_free(seen.job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, PauseARunBetweenTwoBatches) {
  PausedRun run;
  auto* w = prepare(run);
  run.start();
  run.wait_until_paused();
  EXPECT_EQ(winnow_job_pause(run.job), WINNOW_OK) << "a second pause is no error";
  const auto at_pause = run.progress();
  EXPECT_EQ(at_pause.waiting, 1);
  EXPECT_EQ(at_pause.rows_done, 10);
  // Meanwhile a plan of another job returns, and a write lock is available.
  const winnow::Cancellation never;
  const auto other = winnow::database::connect(
      *winnow::database::parse_url("sqlite:" + (folder_ / "k.db").string()), never);
  ASSERT_TRUE(other);
  EXPECT_TRUE((*other)->begin());
  EXPECT_TRUE((*other)->rollback());
  EXPECT_EQ(run.progress().batches, at_pause.batches);
  run.go_on();
  run.join();
  ASSERT_EQ(run.status, WINNOW_OK) << run.out.data;
  EXPECT_EQ(run.out.json()["pace"]["waits"][0]["reason"], "host");
  EXPECT_EQ(run.progress().waiting, 0);
  EXPECT_GT(run.progress().batches, at_pause.batches);
  EXPECT_EQ(winnow_job_pause(run.job), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_job_resume(run.job), WINNOW_INVALID_ARGUMENT);
  winnow_job_free(run.job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, PauseBeforeTheRunHoldsItsFirstBatchBack) {
  PausedRun run;
  auto* w = prepare(run);
  EXPECT_EQ(winnow_job_pause(run.job), WINNOW_OK);
  EXPECT_EQ(winnow_job_pause(run.job), WINNOW_OK);
  EXPECT_EQ(winnow_job_plan(run.job, nullptr), WINNOW_OK) << "a plan is not paused";
  run.start();
  run.wait_until_paused();
  EXPECT_EQ(run.progress().rows_done, 0);
  run.go_on();
  run.join();
  EXPECT_EQ(run.status, WINNOW_OK) << run.out.data;
  winnow_job_free(run.job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, CancelEndsAPausedRun) {
  PausedRun run;
  auto* w = prepare(run);
  run.start();
  run.wait_until_paused();
  EXPECT_EQ(winnow_job_cancel(run.job), WINNOW_OK);
  run.join();
  EXPECT_EQ(run.status, WINNOW_CANCELLED);
  EXPECT_EQ(run.out.json()["done"]["executionsCount"], 10);
  winnow_job_free(run.job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, FreeEndsAPausedRun) {
  PausedRun run;
  auto* w = prepare(run);
  run.start();
  run.wait_until_paused();
  winnow_job_free(run.job);
  EXPECT_EQ(winnow_job_resume(run.job), WINNOW_INVALID_ARGUMENT);
  run.join();
  EXPECT_EQ(run.status, WINNOW_CANCELLED);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, ManyThreadsMayPauseAndResumeAtOnce) {
  auto* w = open(nullptr);
  auto* job = purge(w);
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([job] {
        for (int round = 0; round < 200; ++round) {
          EXPECT_THAT(winnow_job_pause(job), testing::AnyOf(WINNOW_OK, WINNOW_INVALID_ARGUMENT));
          EXPECT_THAT(winnow_job_resume(job), testing::AnyOf(WINNOW_OK, WINNOW_INVALID_ARGUMENT));
        }
      });
    }
    Buffer out;
    EXPECT_EQ(winnow_job_run(job, &out), WINNOW_OK) << out.data;
    EXPECT_GT(out.json()["executionsCount"], 10);
  }
  winnow_job_free(job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

// A host that was compiled with the header of 1.0: nothing beyond its struct is written.
TEST_F(Calls, FillNoMoreOfTheProgressThanAHostOfAbi10Has) {
  auto* w = open(nullptr);
  auto* job = purge(w);
  winnow_progress progress{};
  progress.size = offsetof(winnow_progress, waiting);
  progress.waiting = 77;
  EXPECT_EQ(winnow_job_progress(job, &progress), WINNOW_OK);
  EXPECT_EQ(progress.waiting, 77);
  winnow_job_free(job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

// Convention 8 forbids it; a host that does it anyway gets a status.
TEST_F(Calls, OnItsOwnJobFromACallbackAreRefused) {
  struct Inside {
    winnow_library* w = nullptr;
    winnow_job* job = nullptr;
    std::vector<std::int32_t> answers;
  } inside;
  winnow_host host{sizeof host, 0, &inside, nullptr, nullptr, nullptr, nullptr, nullptr};
  host.event = [](void* context, const char*, std::size_t) {
    auto& here = *static_cast<Inside*>(context);
    here.answers = {winnow_job_run(here.job, nullptr), winnow_job_plan(here.job, nullptr),
                    winnow_close(here.w)};
    winnow_job_free(here.job);  // the run ends as cancelled
  };
  inside.w = open(&host);
  inside.job = purge(inside.w);
  Buffer out;
  EXPECT_EQ(winnow_job_run(inside.job, &out), WINNOW_CANCELLED);
  EXPECT_EQ(out.json()["done"]["executionsCount"], 10);
  EXPECT_THAT(inside.answers, testing::Each(WINNOW_INVALID_ARGUMENT));
  EXPECT_EQ(inside.answers.size(), 3U);
  EXPECT_EQ(winnow_job_run(inside.job, nullptr), WINNOW_INVALID_ARGUMENT);
  EXPECT_EQ(winnow_close(inside.w), WINNOW_OK);
}

TEST_F(Calls, AskTheHostWhetherToStop) {
  winnow_host host{sizeof host, 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
  host.is_cancelled = [](void*) -> std::int32_t { return 1; };
  auto* w = open(&host);
  auto* job = purge(w);
  EXPECT_EQ(winnow_job_run(job, nullptr), WINNOW_CANCELLED);
  winnow_job_free(job);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, FromManyThreadsAtOnceWorkBesideEachOther) {
  auto* w = open(nullptr);
  std::atomic<int> done{0};
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 16; ++i) {
      callers.emplace_back([w, &done] {
        for (int round = 0; round < 5; ++round) {
          winnow_job* job = nullptr;
          Buffer out;
          if (winnow_job_new(w, "ListExecutions", 14, "{}", 2, &job, &out) == WINNOW_OK &&
              winnow_job_run(job, &out) == WINNOW_OK && out.json()["size"] == 100) {
            ++done;
          }
          winnow_job_free(job);
        }
      });
    }
  }
  EXPECT_EQ(done, 80);
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
}

TEST_F(Calls, LeaveNoDescriptorAndNoThread) {
  const auto cycle = [this] {
    auto* w = open(nullptr);
    winnow_job* job = nullptr;
    EXPECT_EQ(winnow_job_new(w, "ListLogs", 8, "{\"size\": 1}", 11, &job, nullptr), WINNOW_OK);
    EXPECT_EQ(winnow_job_run(job, nullptr), WINNOW_OK);
    winnow_job_free(job);
    EXPECT_EQ(winnow_close(w), WINNOW_OK);
  };
  cycle();
  const auto before = std::pair(descriptors(), threads());
  for (int i = 0; i < 200; ++i) cycle();
  EXPECT_EQ(std::pair(descriptors(), threads()), before);
}

// `database.keep-alive`: one session, and what closes it, between two calls; neither after the
// last.
TEST(KeptConnection, IsOneForAllThreadsAndGoesWithTheLibrary) {
  using winnow::tests::TestDatabase;
  if (std::getenv("WINNOW_TEST_POSTGRES_URL") == nullptr) GTEST_SKIP() << "needs a server";
  auto database = TestDatabase::create({"postgresql", "2.0"});
  const auto connection = database.connection();
  winnow::tests::require(winnow::sample::create_schema(*connection, "2.0"));
  const auto sessions = [&] {
    return winnow::tests::require(winnow::database::count_of(
        *connection,
        winnow::database::plain("SELECT count(*) FROM pg_stat_activity "
                                "WHERE datname = current_database() AND pid <> pg_backend_pid()")));
  };
  std::thread([] {}).join();  // a sanitizer starts its own with the first
  const auto before = std::pair(descriptors(), threads());
  const auto config = Json{{"database", {{"url", database.url()}, {"keep-alive", "PT1M"}}}}.dump();
  winnow_library* w = nullptr;
  ASSERT_EQ(winnow_open(nullptr, config.data(), config.size(), &w, nullptr), WINNOW_OK);
  const auto list = [w] {
    winnow_job* job = nullptr;
    EXPECT_EQ(winnow_job_new(w, "ListExecutions", 14, "{}", 2, &job, nullptr), WINNOW_OK);
    EXPECT_EQ(winnow_job_run(job, nullptr), WINNOW_OK);
    winnow_job_free(job);
  };
  {
    std::vector<std::jthread> callers;
    for (int i = 0; i < 4; ++i) {
      callers.emplace_back([&] {
        for (int round = 0; round < 5; ++round) list();
      });
    }
  }
  while (sessions() > 1) std::this_thread::yield();
  EXPECT_EQ(sessions(), 1);
  // The kernel lists a thread for a moment after it was joined.
  while (threads() > before.second + 1) std::this_thread::yield();
  EXPECT_EQ(winnow_close(w), WINNOW_OK);
  while (threads() > before.second) std::this_thread::yield();
  EXPECT_EQ(std::pair(descriptors(), threads()), before);
  while (sessions() > 0) std::this_thread::yield();
}

}  // namespace
