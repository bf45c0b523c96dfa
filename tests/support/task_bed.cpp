#include "tests/support/task_bed.h"

#include <filesystem>
#include <stdexcept>

#include "document/json_text.h"
#include "plugin/manifests/registry.h"

namespace winnow::tests {

void RecordingHost::log(tasks::LogLevel, const std::string& text) {
  if (on_log) on_log(text);
  const std::lock_guard guard(mutex_);
  logs_.push_back(text);
}

void RecordingHost::event(const Json& event) {
  if (on_event) on_event(event);
  const std::lock_guard guard(mutex_);
  events_.push_back(event);
}

std::vector<std::string> RecordingHost::logs() const {
  const std::lock_guard guard(mutex_);
  return logs_;
}

std::vector<Json> RecordingHost::events() const {
  const std::lock_guard guard(mutex_);
  return events_;
}

namespace {

// A task's result has only the outputs that its manifest declares.
void expect_described(const tasks::Manifest& manifest, const Json& given) {
  const auto& described = manifest.outputs.at("properties");
  for (const auto& [name, value] : given.items()) {
    if (described.contains(name)) continue;
    throw std::logic_error(manifest.name + " gives \"" + name + "\", which its outputs lack");
  }
}

// As a host reads it: rows are text until they are written.
Json read_back(const Json& result) {
  std::string text;
  document::write_json(result, [&text](std::string_view piece) { text += piece; });
  return Json::parse(text);
}

}  // namespace

tasks::TaskResult TaskBed::run(const std::string& task, const Json& parameters) {
  return act(task, parameters, &tasks::Invocation::run);
}

tasks::TaskResult TaskBed::plan(const std::string& task, const Json& parameters) {
  return act(task, parameters, &tasks::Invocation::plan);
}

tasks::TaskResult TaskBed::act(const std::string& task, const Json& parameters, Action action) {
  const auto refused = [](const Failure& failure) { return fail(failure); };
  static const auto registry = plugin::Registry::load({});
  if (!registry) return refused(registry.error());
  const auto found = registry->find(task);
  if (!found) return refused(found.error());
  const auto checked = plugin::checked_parameters(**found, parameters.dump());
  if (!checked) return refused(checked.error());
  tasks::Context context{
      {.database = settings_,
       .connections = connections,
       .kept = kept,
       .storage = storage.get(),
       .storage_hold = storage_hold,
       .allow_missing_files = allow_missing_files,
       .policy = policy,
       .pace = pace,
       .receipt_settings = receipts,
       .exclusive = exclusive,
       .store_directory = store_directory.empty() ? std::filesystem::temp_directory_path().string()
                                                  : store_directory,
       .clock = clock,
       .cancellation = cancellation,
       .paused = &paused,
       .progress = progress},
      host};
  const auto invocation = tasks::invoke((*found)->manifest, *checked, policy);
  if (!invocation) return refused(invocation.error());
  auto result = ((**invocation).*action)(context);
  const bool runs = action == &tasks::Invocation::run;
  if (runs) expect_described((*found)->manifest, result ? *result : result.error().done);
  if (!result) return result;
  return read_back(*result);
}

Json require_result(const tasks::TaskResult& result) {
  if (!result) throw std::runtime_error(result.error().message);
  return *result;
}

}  // namespace winnow::tests
