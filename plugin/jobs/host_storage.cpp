// Turns execution folders into requests to the host's delete_files, and its answers back.
#include "plugin/jobs/host_storage.h"

#include <map>
#include <utility>

namespace winnow::plugin {

namespace {

using storage::ExecutionFolder;
using storage::Removed;

// The folders of one tenant that go into one request.
struct Request {
  std::vector<std::size_t> places;  // of its folders in the answer
  Json executions = Json::array();
};
using Requests = std::map<std::optional<std::string>, Request>;

// A folder whose path can't be written fails here and is never asked about.
Requests sorted_by_tenant(std::span<const ExecutionFolder> folders, std::vector<Removed>& answers) {
  Requests requests;
  for (std::size_t i = 0; i < folders.size(); ++i) {
    const ExecutionFolder& folder = folders[i];
    auto path = storage::execution_path(folder);
    if (!path) {
      answers[i].failure = std::move(path.error());
      continue;
    }
    Request& request = requests[folder.tenant];
    request.places.push_back(i);
    request.executions.push_back({{"id", folder.execution},
                                  {"namespace", folder.name_space},
                                  {"flowId", folder.flow},
                                  {"path", std::move(*path)}});
  }
  return requests;
}

std::string request_text(const std::optional<std::string>& tenant, bool dry_run, Json executions) {
  const Json text = {{"tenant", tenant ? Json(*tenant) : Json()},
                     {"dryRun", dry_run},
                     {"executions", std::move(executions)}};
  return text.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<Failure> failure_of(const DeleteAnswer& answer, std::size_t executions) {
  if (!answer.asked) {
    return Failure{
        .kind = FailureKind::cancelled,
        .message = "The job was cancelled before the host was asked to remove the files."};
  }
  if (answer.status == 0) return std::nullopt;
  return Failure{.kind = FailureKind::storage,
                 .message = "The host could not remove the files of " + std::to_string(executions) +
                            (executions == 1 ? " execution" : " executions") +
                            ": its delete_files returned " + std::to_string(answer.status) +
                            ". Their rows stay; look at the host's own log."};
}

}  // namespace

std::vector<Removed> HostStorage::remove(std::span<const ExecutionFolder> folders,
                                         const Cancellation& cancellation,
                                         storage::Deadline until) {
  return ask(folders, cancellation, false, until);
}

std::vector<Removed> HostStorage::count(std::span<const ExecutionFolder> folders,
                                        const Cancellation& cancellation) {
  return ask(folders, cancellation, true, storage::kNoDeadline);
}

std::vector<Removed> HostStorage::ask(std::span<const ExecutionFolder> folders,
                                      const Cancellation& cancellation, bool dry_run,
                                      storage::Deadline until) {
  std::vector<Removed> answers(folders.size());
  for (auto& [tenant, request] : sorted_by_tenant(folders, answers)) {
    if (std::chrono::steady_clock::now() >= until) {
      for (const std::size_t place : request.places) answers[place].unfinished = true;
      continue;
    }
    const DeleteAnswer answer = cancellation.requested()
                                    ? DeleteAnswer{}
                                    : job_thread_.delete_files(request_text(
                                          tenant, dry_run, std::move(request.executions)));
    answers[request.places.front()].files = answer.deleted;
    const auto failure = failure_of(answer, request.places.size());
    for (const std::size_t place : request.places) answers[place].failure = failure;
  }
  return answers;
}

}  // namespace winnow::plugin
