#include "plugin/jobs/host_storage.h"

#include <algorithm>
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
      }
    }
    ask_again();
    return std::move(removed_);
  }

 private:
  using Places = std::vector<std::size_t>;  // of folders in the call

  // A folder whose path can't be written fails here and is not sent to the host.
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
    return sorted;
  }

  // However slow the host was last time: one execution of each call has its turn.
  std::size_t fitting(std::size_t executions) const {
    const auto size = storage_.fitting(executions, until_);
    return size == 0 && !asked_ && steady_clock::now() < until_ ? 1 : size;
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
    const auto reply = ask_host(tenant, places);
    if (!reply) {
      for (const auto place : places) removed_[place].failure = reply.error();
      return;
    }
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

  // Each by itself, so that a file that can't be removed keeps the rows of its own execution only.
  void ask_again() {
    const Places open = std::exchange(open_, {});
    std::span<const std::size_t> left(open);
    for (; !left.empty(); left = left.subspan(1)) {
      if (!may_ask(left, fitting(1))) return;
      ask(folders_[left.front()].tenant, left.first(1));
    }
  }

  Outcome<HostReply> ask_host(const std::optional<std::string>& tenant,
                              std::span<const std::size_t> places) {
    return guarded([&]() -> Outcome<HostReply> {
      HostRequest request{.action = action_, .tenant = tenant};
      for (const auto place : places) {
        request.executions.push_back(
            {folders_[place].execution, json_of(folders_[place], paths_[place])});
      }
      HostReply reply;
      const bool called = storage_.job_thread_.call_host([&](const winnow_host& host) {
        const auto begun = steady_clock::now();
        request.time = time_until(until_);
        // It waited for another request of this job to end.
        if (request.time == milliseconds(0)) {
          reply.executions.resize(places.size(), Removed{.unfinished = true});
          return;
        }
        reply = plugin::ask_host(host, request);
        storage_.learn(places.size(), steady_clock::now() - begun);
      });
      if (!called) return fail(cancelled());
      return reply;
    });
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
  Places open_;  // no request said what became of them
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
  HostReply reply;
  const HostRequest request{.action = "exists", .tenant = tenant};
  const bool called = job_thread_.call_host(
      [&](const winnow_host& host) { reply = plugin::ask_host(host, request); });
  if (!called) return fail(cancelled());
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

void HostStorage::learn(std::size_t executions, steady_clock::duration took) {
  next_size_ = 2 * executions;
  ns_per_execution_ =
      duration_cast<nanoseconds>(took).count() / static_cast<std::int64_t>(executions);
}

}  // namespace winnow::plugin
