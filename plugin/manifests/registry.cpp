// Loads the manifests, and finds tasks by any of their names.
#include "plugin/manifests/registry.h"

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "document/nearest.h"
#include "document/pointer.h"
#include "document/utf8.h"
#include "document/yaml.h"
#include "outcome/try.h"
#include "plugin/builtin/manifests.h"
#include "plugin/builtin/schemas.h"
#include "plugin/manifests/check.h"
#include "plugin/manifests/reader.h"
#include "tasks/engine.h"

namespace winnow::plugin {
namespace {

using document::Document;
using document::Json;

Outcome<std::vector<std::string>> manifest_files(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  std::error_code error;
  fs::directory_iterator entries(folder, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const auto& path = entries->path();
    const auto extension = path.extension();
    const bool hidden = path.filename().string().starts_with('.');  // an editor's own copies
    if (!hidden && (extension == ".yaml" || extension == ".yml")) files.push_back(path.string());
  }
  if (error) {
    return fail(FailureKind::configuration,
                "the folder \"" + folder + "\" of `manifests` can't be read: " + error.message());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// An operator's manifest is checked, and its parameters' schema compiled. The library's own are right:
// a test checks them.
Outcome<Task> read_task(const Document& document, Author author) {
  if (author == Author::operators) WINNOW_CHECK(check_manifest(document));
  WINNOW_TRY(auto manifest, read_manifest(document, author));
  document::LazySchema schema([definition = manifest.schema] { return definition; });
  if (author == Author::operators) WINNOW_CHECK(schema.compiled());
  return Task{std::move(manifest), std::move(schema)};
}

// A task of another package is another task, however alike the names are: Kestra's Log task
// (io.kestra.plugin.core.log.Log) must not bring up PurgeLogs. Within a package the last part of the
// name is compared alone.
std::string meant(std::string_view name, const std::vector<std::string>& known) {
  const auto package = name.substr(0, name.rfind('.') + 1);  // npos + 1 is 0
  std::vector<std::string> neighbours;
  for (const auto& each : known) {
    const bool is_there = each.rfind('.') + 1 == package.size() && each.starts_with(package);
    if (is_there) neighbours.push_back(each.substr(package.size()));
  }
  const auto nearest = document::nearest(name.substr(package.size()), neighbours);
  return nearest ? " (did you mean \"" + std::string(package) + *nearest + "\"?)" : "";
}

}  // namespace

Outcome<void> Registry::check_names(const Document& document,
                                    const tasks::Manifest& manifest) const {
  const auto claimed = [&](const std::string& name, const std::string& pointer) -> Outcome<void> {
    const auto other = find(name);
    if (!other) return {};
    const auto& owner = (*other)->manifest;
    return fail(
        FailureKind::configuration,
        placed(document, pointer,
               "\"" + name + "\" is the task " + owner.name + " (" + owner.source + ") already"),
        pointer);
  };
  if (auto free = claimed(manifest.name, "/name"); !free) return free;
  for (std::size_t i = 0; i < manifest.aliases.size(); ++i) {
    auto free = claimed(manifest.aliases[i], document::pointer_to("/aliases", i));
    if (!free) return free;
  }
  return {};
}

Outcome<void> Registry::add(const Document& document, bool built_in) {
  WINNOW_TRY(auto task, read_task(document, built_in ? Author::winnow : Author::operators));
  auto& manifest = task.manifest;
  for (const auto& name : manifest.purge_names) {
    WINNOW_TRY(const auto purge, find(name));
    manifest.purges.emplace_back(tasks_.find(name)->second, &purge->manifest);
  }
  if (!built_in && manifest.engine != tasks::EngineKind::listing) {
    return fail(FailureKind::configuration,
                placed(document, "/engine", "an operator's manifest may add listings only"),
                "/engine");
  }
  if (auto free = check_names(document, manifest); !free) return free;
  if (built_in) manifest.source = "built-in";
  for (const auto& alias : manifest.aliases) aliases_.emplace(alias, manifest.name);
  auto name = manifest.name;
  tasks_.emplace(std::move(name), std::make_shared<const Task>(std::move(task)));
  return {};
}

// They never change, so they are read once: a host that opens the library for every task doesn't
// wait for them again. A failure (no memory) is not kept.
Outcome<Registry> Registry::built_in() {
  static std::mutex reading;
  static std::optional<Registry> read;
  const std::lock_guard lock(reading);
  if (read) return *read;
  Registry registry;
  std::vector<Document> made_of_others;
  for (const auto& builtin : builtin_manifests()) {
    WINNOW_TRY(auto document,
               document::parse_yaml(builtin.text, "built-in " + std::string(builtin.name)));
    if (document.value.is_object() && document.value.contains("purges")) {
      made_of_others.push_back(std::move(document));
      continue;
    }
    WINNOW_CHECK(registry.add(document, true));
  }
  for (const auto& document : made_of_others) WINNOW_CHECK(registry.add(document, true));
  return read.emplace(std::move(registry));
}

Outcome<Registry> Registry::load(const std::vector<std::string>& folders) {
  auto registry = built_in();
  if (!registry) return registry;
  for (const auto& folder : folders) {
    const auto files = manifest_files(folder);
    if (!files) return fail(files.error());
    for (const auto& file : *files) {
      const auto document = document::read_yaml_file(file);
      if (!document) return fail(document.error());
      if (auto added = registry->add(*document, false); !added) {
        return fail(std::move(added.error()));
      }
    }
  }
  return registry;
}

Outcome<const Task*> Registry::find(std::string_view name) const {
  const auto alias = aliases_.find(name);
  const auto found = tasks_.find(alias == aliases_.end() ? name : std::string_view(alias->second));
  if (found != tasks_.end()) return found->second.get();
  std::vector<std::string> known;
  for (const auto& [own, task] : tasks_) known.push_back(own);
  for (const auto& [other, own] : aliases_) known.push_back(other);
  return fail(FailureKind::unknown_task,
              "there is no task \"" + document::shortened(name, 200) + "\"" + meant(name, known));
}

Json Registry::describe(const Task& task) const {
  const auto& manifest = task.manifest;
  return {{"name", manifest.name},
          {"aliases", manifest.aliases},
          {"title", manifest.title},
          {"description", manifest.description},
          {"engine", std::string(tasks::engine_of(manifest).name)},
          {"parameters", manifest.schema},
          {"outputs", manifest.outputs},
          {"source", manifest.source}};
}

Json Registry::describe_all() const {
  Json all = Json::array();
  for (const auto& [name, task] : tasks_) all.push_back(describe(*task));
  return {{"tasks", std::move(all)}};
}

}  // namespace winnow::plugin
