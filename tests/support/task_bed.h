// Runs tasks as plugin/ does, without the ABI between: parameters are checked and completed by the
// built-in manifests.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "database/url/settings.h"
#include "outcome/cancellation.h"
#include "storage/storage.h"
#include "tasks/task.h"

namespace winnow::tests {

using document::Json;

class RecordingHost : public tasks::Host {
 public:
  void log(tasks::LogLevel level, const std::string& text) override;
  void event(const Json& event) override;

  std::vector<std::string> logs() const;
  std::vector<Json> events() const;
  // Called for each event or log line on the thread that posts it.
  std::function<void(const Json&)> on_event;
  std::function<void(const std::string&)> on_log;

 private:
  mutable std::mutex mutex_;
  std::vector<std::string> logs_;
  std::vector<Json> events_;
};

class TaskBed {
 public:
  explicit TaskBed(database::Settings settings) : settings_(std::move(settings)) {}

  tasks::TaskResult run(const std::string& task, const Json& parameters);
  tasks::TaskResult plan(const std::string& task, const Json& parameters);

  tasks::Policy policy;
  std::optional<tasks::Pace> pace;
  std::optional<tasks::ReceiptSettings> receipts;
  bool exclusive = false;
  std::unique_ptr<storage::Storage> storage;
  std::chrono::milliseconds storage_hold{5'000};
  bool allow_missing_files = true;
  std::int32_t connections = 1;
  database::KeptConnection* kept = nullptr;
  std::string store_directory;  // empty: the system's folder for temporary files
  document::Instant (*clock)() = document::now;
  RecordingHost host;
  Cancellation cancellation;
  std::atomic<bool> paused{false};
  tasks::Progress progress;

 private:
  using Action = tasks::TaskResult (tasks::Invocation::*)(tasks::Context&) const;
  tasks::TaskResult act(const std::string& task, const Json& parameters, Action action);

  database::Settings settings_;
};

// The result of a task that must succeed; otherwise the test ends with the failure's message.
Json require_result(const tasks::TaskResult& result);

}  // namespace winnow::tests
