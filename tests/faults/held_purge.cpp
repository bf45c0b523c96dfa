#include "tests/faults/held_purge.h"

#include <filesystem>

#include "tests/faults/intercepted_calls.h"

namespace winnow::tests {

HeldPurge::HeldPurge(FaultBed& bed, bool at_commit)
    : bed_(bed),
      at_commit_(at_commit),
      run_(bed.run({.lock_timeout_ms = 300, .host_storage = true})) {
  run_->on_delete_files = [this](const Json& request, std::uint64_t& deleted) {
    locked_.pass();
    return delete_files(request, deleted);
  };
  run_->on_event = [this](const Json&) { committed_.pass(); };
  if (!at_commit) return;
  const bool sqlite = bed.engine().name == "sqlite";
  // SQLite's COMMIT is the journal's end.
  const auto on_call = [](void* self, Call /*call*/, std::string_view text) {
    if (holds_word(text, "COMMIT") || text.ends_with("-journal")) {
      static_cast<HeldPurge*>(self)->committing_.pass();
    }
  };
  watch(sqlite ? kRemoveJournal : kSend, on_call, this);
}

HeldPurge::~HeldPurge() {
  for (auto* gate : {&locked_, &committing_, &committed_}) gate->open();
  if (thread_.joinable()) thread_.join();
  if (at_commit_) watch(0, nullptr, nullptr);
}

int HeldPurge::delete_files(const Json& request, std::uint64_t& deleted) {
  for (const auto& execution : request["executions"]) {
    const auto folder = bed_.storage() / request["tenant"].get<std::string>() /
                        execution["path"].get<std::string>();
    if (!std::filesystem::exists(folder)) continue;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      deleted += entry.is_regular_file() ? 1 : 0;
    }
    std::filesystem::remove_all(folder);
  }
  return 0;
}

void HeldPurge::go() {
  if (!run_->prepare()) {
    over_ = true;
    return;
  }
  thread_ = std::thread([this] {
    run_->run();
    over_ = true;
  });
}

void HeldPurge::to(Gate* left, Gate* next) {
  if (left != nullptr) left->open();
  if (next != nullptr) {
    next->wait_for_arrival([this] { return over_.load(); });
  } else if (thread_.joinable()) {
    thread_.join();
  }
}

std::vector<std::function<void()>> HeldPurge::steps() {
  std::vector<std::function<void()>> steps{[this] {
    go();
    to(nullptr, &locked_);
  }};
  if (at_commit_) {
    steps.emplace_back([this] { to(&locked_, &committing_); });
    steps.emplace_back([this] { to(&committing_, &committed_); });
  } else {
    steps.emplace_back([this] { to(&locked_, &committed_); });
  }
  steps.emplace_back([this] { to(&committed_, nullptr); });
  return steps;
}

}  // namespace winnow::tests
