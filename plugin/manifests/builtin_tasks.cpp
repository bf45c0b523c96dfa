#include "plugin/manifests/builtin_tasks.h"

#include <algorithm>
#include <utility>

#include "outcome/try.h"
#include "plugin/builtin/manifests.h"
#include "plugin/manifests/reader.h"

namespace winnow::plugin {
namespace {

constexpr std::string_view kExtension = ".yaml";

// A manifest's file has its task's name.
std::string_view task_in(const document::EmbeddedFile& file) {
  return file.name.substr(0, file.name.size() - kExtension.size());
}

// Kestra's names begin with a package: io.kestra.plugin.core.execution.PurgeExecutions.
std::string_view without_package(std::string_view name) {
  return name.substr(name.rfind('.') + 1);  // npos + 1 is 0
}

bool has_name(const Task& task, std::string_view name) {
  const auto& aliases = task.manifest.aliases;
  return task.manifest.name == name ||
         std::find(aliases.begin(), aliases.end(), name) != aliases.end();
}

}  // namespace

std::shared_ptr<BuiltinTasks> BuiltinTasks::of_this_process() {
  static const auto tasks = std::make_shared<BuiltinTasks>();
  return tasks;
}

Outcome<BuiltinTasks::Pointer> BuiltinTasks::find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  return found(name);
}

Outcome<BuiltinTasks::ByName> BuiltinTasks::all() {
  const std::lock_guard lock(mutex_);
  WINNOW_CHECK(read_all());
  return read_;
}

// Most names lead to one file; any other may be an alias in any of them.
Outcome<BuiltinTasks::Pointer> BuiltinTasks::found(std::string_view name) {
  for (const auto& file : builtin_manifests()) {
    if (task_in(file) != without_package(name)) continue;
    WINNOW_TRY(auto task, read(file));
    if (has_name(*task, name)) return task;
  }
  WINNOW_CHECK(read_all());
  for (const auto& [own, task] : read_) {
    if (has_name(*task, name)) return task;
  }
  return nullptr;
}

Outcome<BuiltinTasks::Pointer> BuiltinTasks::read(const document::EmbeddedFile& file) {
  const auto known = read_.find(task_in(file));
  if (known != read_.end()) return known->second;
  WINNOW_TRY(const auto document,
             document::parse_yaml(file.text, "built-in " + std::string(file.name)));
  WINNOW_TRY(auto manifest, read_manifest(document, Author::winnow));
  for (const auto& name : manifest.purge_names) {
    WINNOW_TRY(auto purge, found(name));
    const auto* const of_purge = &purge->manifest;
    manifest.purges.emplace_back(std::move(purge), of_purge);
  }
  manifest.source = "built-in";
  auto task = std::make_shared<const Task>(std::move(manifest));
  read_.emplace(task_in(file), task);
  return task;
}

Outcome<void> BuiltinTasks::read_all() {
  for (const auto& file : builtin_manifests()) WINNOW_CHECK(read(file));
  return {};
}

}  // namespace winnow::plugin
