// Files that only the host can reach: the requests to it, and the meaning of its replies.
#include "plugin/jobs/host_storage.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include <gmock/gmock.h>

namespace winnow::plugin {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using storage::ExecutionFolder;
using storage::Removed;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

std::vector<ExecutionFolder> folders(int count) {
  std::vector<ExecutionFolder> folders;
  for (int i = 0; i < count; ++i) {
    folders.push_back({"main", "company.team", "Daily", "e" + std::to_string(i)});
  }
  return folders;
}

std::vector<std::string> ids(const Json& request) {
  std::vector<std::string> ids;
  for (const auto& execution : request["executions"]) ids.push_back(execution["id"]);
  return ids;
}

class HostStorageTest : public testing::Test {
 protected:
  // What the host's callbacks do; the status, and the reply or the number of files.
  std::function<std::int32_t(const Json& request, std::string& reply)> storage;
  std::function<std::int32_t(const Json& request, std::uint64_t& deleted)> delete_files;

  template <class Work>
  auto with_storage(Work&& work) {
    winnow_host host{.size = sizeof host,
                     .reserved = 0,
                     .context = this,
                     .log = nullptr,
                     .event = nullptr,
                     .is_cancelled = nullptr,
                     .delete_files = delete_files ? on_delete_files : nullptr,
                     .storage = storage ? on_storage : nullptr};
    JobThread job_thread(host, cancellation_);
    HostStorage host_storage(job_thread);
    decltype(work(host_storage)) result;
    EXPECT_TRUE(job_thread.serve([&]() -> tasks::TaskResult {
      result = work(host_storage);
      return Json();
    }));
    return result;
  }

  std::vector<Removed> remove(int count, storage::Deadline until = storage::kNoDeadline) {
    return with_storage(
        [&](HostStorage& host) { return host.remove(folders(count), cancellation_, until); });
  }

  // A reply with this many files for each execution of the request.
  static std::string files_each(const Json& request, int files) {
    Json reply{{"executions", Json::array()}};
    for (const auto& id : ids(request)) {
      reply["executions"].push_back({{"id", id}, {"files", files}});
    }
    return reply.dump();
  }

  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> sizes;
    for (const auto& request : requests_) sizes.push_back(request["executions"].size());
    return sizes;
  }

  static std::uint64_t files_of(const std::vector<Removed>& removed) {
    std::uint64_t files = 0;
    for (const auto& each : removed) files += each.files;
    return files;
  }

  static std::vector<std::string> failed(const std::vector<Removed>& removed) {
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < removed.size(); ++i) {
      if (removed[i].failure) ids.push_back("e" + std::to_string(i));
    }
    return ids;
  }

  Cancellation cancellation_;
  std::vector<Json> requests_;

 private:
  static std::int32_t on_storage(void* context, const char* request, std::size_t length,
                                 winnow_reply* reply) {
    auto& self = *static_cast<HostStorageTest*>(context);
    self.requests_.push_back(Json::parse(std::string_view(request, length)));
    std::string text;
    const auto status = self.storage(self.requests_.back(), text);
    reply->write(reply->sink, text.data(), text.size());
    return status;
  }
  static std::int32_t on_delete_files(void* context, const char* request, std::size_t length,
                                      std::uint64_t* deleted) {
    auto& self = *static_cast<HostStorageTest*>(context);
    self.requests_.push_back(Json::parse(std::string_view(request, length)));
    return self.delete_files(self.requests_.back(), *deleted);
  }
};

TEST_F(HostStorageTest, AsksForTwentyFiveExecutionsAtMost) {
  storage = [](const Json& request, std::string& reply) {
    reply = files_each(request, 2);
    return 0;
  };
  const auto removed = remove(200);
  EXPECT_EQ(files_of(removed), 400);
  EXPECT_THAT(failed(removed), IsEmpty());
  EXPECT_THAT(sizes(), AllOf(Each(Le(25)), testing::Contains(25)));
  EXPECT_EQ(requests_.front()["action"], "remove");
  EXPECT_EQ(requests_.front()["executions"][0],
            Json({{"id", "e0"},
                  {"namespace", "company.team"},
                  {"flowId", "Daily"},
                  {"path", "company/team/daily/executions/e0"}}));
}

TEST_F(HostStorageTest, OneThatFailsIsNamedAndKeepsNobodyElse) {
  storage = [](const Json& request, std::string& reply) {
    Json json = Json::parse(files_each(request, 2));
    for (auto& each : json["executions"]) {
      if (each["id"] == "e7") each.update({{"files", 1}, {"error", "held by\nsomeone"}});
    }
    reply = json.dump();
    return 0;
  };
  const auto removed = remove(30);
  EXPECT_EQ(files_of(removed), 59);
  ASSERT_THAT(failed(removed), ElementsAre("e7"));
  EXPECT_THAT(removed[7].failure->message,
              AllOf(HasSubstr("e7"), HasSubstr("company/team/daily/executions/e7"),
                    HasSubstr("held by\\x0asomeone")));
}

TEST_F(HostStorageTest, ARequestThatFailsIsAskedAgainOneExecutionAtATime) {
  storage = [](const Json& request, std::string& reply) {
    const auto asked = ids(request);
    if (std::find(asked.begin(), asked.end(), "e20") != asked.end()) {
      reply = R"({"error": "no such name"})";
    } else {
      reply = files_each(request, 1);
    }
    return 0;
  };
  const auto removed = remove(60);
  EXPECT_EQ(files_of(removed), 59);
  ASSERT_THAT(failed(removed), ElementsAre("e20"));
  EXPECT_THAT(removed[20].failure->message, HasSubstr("no such name"));
}

TEST_F(HostStorageTest, AHostOfAbi10IsAskedByDeleteFilesAndItsCountsHoldOnFailureToo) {
  delete_files = [](const Json& request, std::uint64_t& deleted) {
    const auto asked = ids(request);
    const bool bad = std::find(asked.begin(), asked.end(), "e20") != asked.end();
    // Files that an earlier request has deleted are not deleted again.
    static std::set<std::string> gone;
    for (const auto& id : asked) {
      if (id != "e20" && gone.insert(id).second) ++deleted;
    }
    EXPECT_FALSE(request["dryRun"].get<bool>());
    return bad ? 3 : 0;
  };
  const auto removed = remove(60);
  EXPECT_EQ(files_of(removed), 59);
  ASSERT_THAT(failed(removed), ElementsAre("e20"));
  EXPECT_THAT(removed[20].failure->message, HasSubstr("delete_files returned 3"));
  EXPECT_THAT(sizes(), Each(Le(25)));
}

TEST_F(HostStorageTest, AReplyThatCantBeReadIsAFailureOfEach) {
  for (const std::string text : {"", "no json", "[]", "{}", R"({"executions": [{"id": "e0"}]})",
                                 R"({"executions": [{"id": "e0", "files": -1}]})",
                                 R"({"executions": [{"id": 5, "files": 1}, 7]})"}) {
    storage = [&](const Json&, std::string& reply) {
      reply = text;
      return 0;
    };
    const auto removed = remove(2);
    EXPECT_THAT(failed(removed), ElementsAre("e0", "e1")) << text;
    EXPECT_EQ(files_of(removed), 0) << text;
  }
}

// 20 ms per execution: one request of 25 would take half a second.
TEST_F(HostStorageTest, ASlowHostIsAskedInSmallRequestsUntilTheTimeIsOver) {
  storage = [](const Json& request, std::string& reply) {
    EXPECT_LE(request["milliseconds"], 200);
    std::this_thread::sleep_for(milliseconds(20) * request["executions"].size());
    reply = files_each(request, 1);
    return 0;
  };
  const auto until = steady_clock::now() + milliseconds(200);
  const auto removed = remove(100, until);
  EXPECT_LT(steady_clock::now(), until + milliseconds(100));
  EXPECT_GT(files_of(removed), 0);
  EXPECT_THAT(failed(removed), IsEmpty());
  const auto unfinished = std::count_if(removed.begin(), removed.end(),
                                        [](const Removed& each) { return each.unfinished; });
  EXPECT_EQ(static_cast<std::uint64_t>(unfinished), 100 - files_of(removed));
}

TEST_F(HostStorageTest, OneExecutionHasItsTurnHoweverSlowTheHostIs) {
  storage = [](const Json& request, std::string& reply) {
    std::this_thread::sleep_for(milliseconds(30));
    reply = files_each(request, 1);
    return 0;
  };
  const auto files = with_storage([&](HostStorage& host) {
    std::uint64_t all = 0;
    // On a busy machine the time of a turn may be over before it begins.
    for (int turn = 0; turn < 1'000 && requests_.size() < 3; ++turn) {
      all +=
          files_of(host.remove(folders(5), cancellation_, steady_clock::now() + milliseconds(10)));
    }
    return all;
  });
  EXPECT_THAT(requests_, SizeIs(3));
  EXPECT_GE(files, requests_.size());
}

TEST_F(HostStorageTest, CancellationEndsItBetweenTwoRequests) {
  storage = [&](const Json& request, std::string& reply) {
    reply = files_each(request, 1);
    cancellation_.request();
    return 0;
  };
  const auto removed = remove(50);
  EXPECT_THAT(requests_, SizeIs(1));
  EXPECT_EQ(files_of(removed), 1);
  EXPECT_EQ(removed[0].failure, std::nullopt);
  EXPECT_EQ(removed[49].failure->kind, FailureKind::cancelled);
}

// For a host that replies quickly the next request is already waiting.
TEST_F(HostStorageTest, ARequestThatWaitsForItsTurnEndsWithACancellation) {
  storage = [&](const Json& request, std::string& reply) {
    if (requests_.size() == 4) cancellation_.request();
    reply = files_each(request, 1);
    return 0;
  };
  const auto cancelled = remove(50);
  EXPECT_THAT(requests_, SizeIs(4));
  EXPECT_EQ(failed(cancelled).size(), 50 - files_of(cancelled));
}

TEST_F(HostStorageTest, ARequestThatWaitsForItsTurnEndsAtTheDeadline) {
  const auto until = steady_clock::now() + milliseconds(200);
  storage = [&](const Json& request, std::string& reply) {
    if (requests_.size() == 4) std::this_thread::sleep_until(until);
    reply = files_each(request, 1);
    return 0;
  };
  const auto late = remove(50, until);
  EXPECT_THAT(requests_, SizeIs(Le(4)));
  EXPECT_THAT(failed(late), IsEmpty());
  const auto unfinished =
      std::count_if(late.begin(), late.end(), [](const Removed& each) { return each.unfinished; });
  EXPECT_EQ(static_cast<std::uint64_t>(unfinished), 50 - files_of(late));
}

TEST_F(HostStorageTest, AsksFlowByFlow) {
  storage = [](const Json& request, std::string& reply) {
    reply = files_each(request, 1);
    return 0;
  };
  with_storage([&](HostStorage& host) {
    auto mixed = folders(40);
    for (std::size_t i = 0; i < mixed.size(); i += 2) mixed[i].flow = "hourly";
    return host.remove(mixed, cancellation_, storage::kNoDeadline);
  });
  std::vector<std::string> flows;
  for (const auto& request : requests_) {
    for (const auto& execution : request["executions"]) flows.push_back(execution["flowId"]);
  }
  EXPECT_THAT(flows, SizeIs(40));
  EXPECT_TRUE(std::is_sorted(flows.begin(), flows.end()));
}

TEST_F(HostStorageTest, SaysWhetherTheHostHoldsAnythingOfTheTenant) {
  for (const auto& [reply_text, expected] :
       {std::pair{R"({"exists": false})",
                  "the host's storage holds nothing of the tenant \"main\""},
        std::pair{R"({"exists": true})", ""}, std::pair{"{}", ""}}) {
    storage = [text = reply_text](const Json& request, std::string& reply) {
      EXPECT_EQ(request["action"], "exists");
      reply = text;
      return 0;
    };
    const auto missing =
        with_storage([&](HostStorage& host) { return *host.missing("main", cancellation_); });
    EXPECT_EQ(missing, expected);
  }
}

}  // namespace
}  // namespace winnow::plugin
