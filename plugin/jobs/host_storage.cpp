#include "plugin/jobs/host_storage.h"

#include <algorithm>
#include <future>
#include <list>
#include <map>
#include <utility>

#include "document/utf8.h"
#include "outcome/guard.h"
#include "plugin/jobs/host_request.h"

namespace winnow::plugin {

namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
using storage::Deadline;
using storage::ExecutionFolder;
using storage::Removed;

Json json_of(const ExecutionFolder& folder, std::string path) {
  return {{"id", folder.execution},
          {"namespace", folder.name_space},
          {"flowId", folder.flow},
          {"path", std::move(path)}};
}

Failure cancelled() {
  return {.kind = FailureKind::cancelled,
          .message = "The job was cancelled before the host was asked to remove the files."};
}

// A request that takes no longer has the next one behind it: without that the storage stands still
// while the reply goes back through four threads, and the next request comes.
constexpr milliseconds kQuick(10);

std::optional<milliseconds> time_until(Deadline until) {
  if (until == storage::kNoDeadline) return std::nullopt;
  return std::max(milliseconds(0), duration_cast<milliseconds>(until - steady_clock::now()));
}

}  // namespace

// One call of remove() or count().
class HostStorage::Call {
 public:
  Call(HostStorage& storage, const char* action, const Cancellation& cancellation, Deadline until)
      : storage_(storage), action_(action), cancellation_(cancellation), until_(until) {}

  std::vector<Removed> run(std::span<const ExecutionFolder> folders) {
    removed_.resize(folders.size());
    folders_ = folders;
    for (auto& [tenant, places] : sorted_by_tenant()) {
      std::span<const std::size_t> left(places);
      while (!left.empty()) {
        const std::size_t size = fitting(left.size());
        if (!may_ask(left, size)) break;
        ask(tenant, left.first(size));
        left = left.subspan(size);
        take_replies(is_quick(size) ? 1 : 0);
      }
      take_replies(0);
    }
    ask_again();
    return std::move(removed_);
  }

 private:
  using Places = std::vector<std::size_t>;  // of folders in the call

  // A request on its way to the host and back.
  struct Asked {
    std::span<const std::size_t> places;
    HostRequest request = {};
    std::string text = {};
    std::optional<HostResponse> response = {};  // nothing: its time was over before its turn
    JobThread::HostCall call = {};
    std::future<bool> called = {};

    explicit Asked(std::span<const std::size_t> of) : places(of) {}
    Asked(const Asked&) = delete;
    Asked& operator=(const Asked&) = delete;
    // The job's thread may be at it.
    ~Asked() {
      if (called.valid()) called.wait();
    }
  };

  // Flow by flow, so that a host which keeps files in folders finds those of a request side by
  // side. A folder whose path can't be written fails here and is not sent to the host.
  std::map<std::optional<std::string>, Places> sorted_by_tenant() {
    std::map<std::optional<std::string>, Places> sorted;
    paths_.resize(folders_.size());
    for (std::size_t i = 0; i < folders_.size(); ++i) {
      auto path = storage::execution_path(folders_[i]);
      if (!path) {
        removed_[i].failure = std::move(path.error());
        continue;
      }
      paths_[i] = std::move(*path);
      sorted[folders_[i].tenant].push_back(i);
    }
    for (auto& [tenant, places] : sorted) {
      std::sort(places.begin(), places.end(),
                [this](std::size_t one, std::size_t other) { return paths_[one] < paths_[other]; });
    }
    return sorted;
  }

  // However slow the host was last time: one execution of each call has its turn.
  std::size_t fitting(std::size_t executions) const {
    const auto size = storage_.fitting(executions, until_ - time_under_way());
    return size == 0 && !asked_ && steady_clock::now() < until_ ? 1 : size;
  }

  nanoseconds time_under_way() const {
    std::size_t executions = 0;
    for (const auto& asked : under_way_) executions += asked.places.size();
    return storage_.expected(executions).value_or(nanoseconds(0));
  }

  // False where the call has to end; then the rest have their results.
  bool may_ask(std::span<const std::size_t> rest, std::size_t size) {
    if (cancellation_.requested()) {
      for (const auto place : rest) removed_[place].failure = cancelled();
      return false;
    }
    if (size > 0) return true;
    for (const auto place : rest) removed_[place].unfinished = true;
    return false;
  }

  void ask(const std::optional<std::string>& tenant, std::span<const std::size_t> places) {
    asked_ = true;
    const auto before = under_way_.size();
    const auto posted = guarded([&]() -> Outcome<void> {
      post(under_way_.emplace_back(places), tenant);
      return {};
    });
    if (posted) return;
    if (under_way_.size() > before) under_way_.pop_back();
    fail_all(places, posted.error());
  }

  void post(Asked& asked, const std::optional<std::string>& tenant) {
    asked.request = {.action = action_, .tenant = tenant};
    for (const auto place : asked.places) {
      asked.request.executions.push_back(
          {folders_[place].execution, json_of(folders_[place], paths_[place])});
    }
    asked.text = request_text(host(), asked.request);
    asked.call = [this, &asked](const winnow_host& host) {
      const auto begun = steady_clock::now();
      const auto time = time_until(until_);
      // It waited for another request of this job to end.
      if (time == milliseconds(0)) return;
      asked.response = call_storage(host, std::move(asked.text), time);
      storage_.learn(asked.places.size(), steady_clock::now() - begun);
    };
    asked.called = storage_.job_thread_.post_host_call(asked.call);
  }

  bool is_quick(std::size_t executions) const {
    const auto expected = storage_.expected(executions);
    return expected && *expected <= kQuick;
  }

  // Waits until no more than so many are under way.
  void take_replies(std::size_t most) {
    while (under_way_.size() > most) {
      take(under_way_.front());
      under_way_.pop_front();
    }
  }

  void take(Asked& asked) {
    const auto reply = guarded([&]() -> Outcome<HostReply> {
      if (!asked.called.get()) return fail(cancelled());
      if (asked.response) return read_response(host(), asked.request, *asked.response);
      return HostReply{.executions = {asked.places.size(), Removed{.unfinished = true}}};
    });
    if (!reply) return fail_all(asked.places, reply.error());
    const auto places = asked.places;
    removed_[places.front()].files += reply->other_files;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (reply->executions[i]) {
        add(places[i], *reply->executions[i]);
      } else if (places.size() == 1) {
        removed_[places[i]].failure = failure_of(places[i], reply->problem);
      } else {
        open_.push_back(places[i]);
      }
    }
  }

  const winnow_host& host() const { return storage_.job_thread_.host(); }

  void fail_all(std::span<const std::size_t> places, const Failure& failure) {
    for (const auto place : places) removed_[place].failure = failure;
  }

  // Each by itself, so that a file that can't be removed keeps the rows of its own execution only.
  void ask_again() {
    const Places open = std::exchange(open_, {});
    std::span<const std::size_t> left(open);
    for (; !left.empty(); left = left.subspan(1)) {
      if (!may_ask(left, fitting(1))) return;
      ask(folders_[left.front()].tenant, left.first(1));
      take_replies(0);
    }
  }

  void add(std::size_t place, const Removed& reported) {
    Removed& removed = removed_[place];
    removed.files += reported.files;
    removed.unfinished = reported.unfinished;
    if (reported.failure) removed.failure = failure_of(place, reported.failure->message);
  }

  Failure failure_of(std::size_t place, const std::string& reason) const {
    return {.kind = FailureKind::storage,
            .message = "The host could not " + std::string(action_) +
                       " the files of the execution " + folders_[place].execution + " (" +
                       paths_[place] + "): " + document::printable(reason)};
  }

  HostStorage& storage_;
  const char* action_;
  const Cancellation& cancellation_;
  const Deadline until_;
  std::span<const ExecutionFolder> folders_;
  std::vector<std::string> paths_;
  std::vector<Removed> removed_;
  std::list<Asked> under_way_;  // in the order in which the host has them
  Places open_;                 // no request said what became of them
  bool asked_ = false;
};

std::vector<Removed> HostStorage::remove(std::span<const ExecutionFolder> folders,
                                         const Cancellation& cancellation, Deadline until) {
  return Call(*this, "remove", cancellation, until).run(folders);
}

std::vector<Removed> HostStorage::count(std::span<const ExecutionFolder> folders,
                                        const Cancellation& cancellation) {
  return Call(*this, "count", cancellation, storage::kNoDeadline).run(folders);
}

Outcome<std::string> HostStorage::missing(const std::optional<std::string>& tenant,
                                          const Cancellation& /*cancellation*/) {
  if (job_thread_.host().storage == nullptr) return std::string();  // of ABI 1.0: it can't be asked
  HostResponse response;
  const HostRequest request{.action = "exists", .tenant = tenant};
  const bool called = job_thread_.call_host([&](const winnow_host& host) {
    response = call_storage(host, request_text(host, request), std::nullopt);
  });
  if (!called) return fail(cancelled());
  const auto reply = read_response(job_thread_.host(), request, response);
  if (reply.exists.value_or(true)) return std::string();
  return "the host's storage holds nothing of " +
         (tenant ? "the tenant \"" + *tenant + "\"" : std::string("executions without a tenant"));
}

// As many as can be expected to be done by then, and twice as many as last time at most.
std::size_t HostStorage::fitting(std::size_t executions, Deadline until) const {
  std::size_t most = std::min({executions, kMostExecutions, next_size_.load()});
  if (until == storage::kNoDeadline) return most;
  const auto left = duration_cast<nanoseconds>(until - steady_clock::now()).count();
  if (left <= 0) return 0;
  const auto each = ns_per_execution_.load();
  if (each > 0) most = std::min(most, static_cast<std::size_t>(left / each));
  return most;
}

std::optional<nanoseconds> HostStorage::expected(std::size_t executions) const {
  const auto each = ns_per_execution_.load();
  if (each == 0) return std::nullopt;
  return nanoseconds(each) * executions;
}

void HostStorage::learn(std::size_t executions, steady_clock::duration took) {
  next_size_ = 2 * executions;
  ns_per_execution_ =
      duration_cast<nanoseconds>(took).count() / static_cast<std::int64_t>(executions);
}

}  // namespace winnow::plugin
