// Loads the manifests, and finds tasks by any of their names.
#include "plugin/manifests/registry.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "document/nearest.h"
#include "document/pointer.h"
#include "document/utf8.h"
#include "document/yaml.h"
#include "outcome/try.h"
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

// A task of another package is another task, however alike the names are: Kestra's Log task
// (io.kestra.plugin.core.log.Log) must not bring up PurgeLogs. Within a package the last part of
// the name is compared alone.
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

// An engine that nobody knows is for the schema to refuse.
Outcome<void> check_is_listing(const Document& document) {
  const auto& name = member(document.value, "engine");
  const auto* engine = name.is_string() ? tasks::engine_named(name.get<std::string>()) : nullptr;
  if (engine == nullptr || engine->kind == tasks::EngineKind::listing) return {};
  return fail(FailureKind::configuration,
              placed(document, "/engine", "an operator's manifest may add listings only"),
              "/engine");
}

}  // namespace

Outcome<void> Registry::check_names(const Document& document,
                                    const tasks::Manifest& manifest) const {
  const auto claimed = [&](const std::string& name, const std::string& pointer) -> Outcome<void> {
    WINNOW_TRY(const auto* other, known(name));
    if (other == nullptr) return {};
    const auto& owner = other->manifest;
    return fail(
        FailureKind::configuration,
        placed(document, pointer,
               "\"" + name + "\" is the task " + owner.name + " (" + owner.source + ") already"),
        pointer);
  };
  WINNOW_CHECK(claimed(manifest.name, "/name"));
  for (std::size_t i = 0; i < manifest.aliases.size(); ++i) {
    WINNOW_CHECK(claimed(manifest.aliases[i], document::pointer_to("/aliases", i)));
  }
  return {};
}

Outcome<void> Registry::add(const Document& document) {
  WINNOW_CHECK(check_is_listing(document));
  WINNOW_CHECK(check_manifest(document));
  WINNOW_TRY(auto manifest, read_manifest(document, Author::operators));
  const auto task = std::make_shared<const Task>(std::move(manifest));
  WINNOW_CHECK(task->parameters.compiled());
  WINNOW_CHECK(check_names(document, task->manifest));
  const auto& name = task->manifest.name;
  for (const auto& alias : task->manifest.aliases) aliases_.emplace(alias, name);
  tasks_.emplace(name, task);
  return {};
}

Outcome<Registry> Registry::load(const std::vector<std::string>& folders) {
  Registry registry;
  for (const auto& folder : folders) {
    WINNOW_TRY(const auto files, manifest_files(folder));
    for (const auto& file : files) {
      WINNOW_TRY(const auto document, document::read_yaml_file(file));
      WINNOW_CHECK(registry.add(document));
    }
  }
  return registry;
}

Outcome<const Task*> Registry::known(std::string_view name) const {
  const auto alias = aliases_.find(name);
  const auto own = tasks_.find(alias == aliases_.end() ? name : std::string_view(alias->second));
  if (own != tasks_.end()) return own->second.get();
  WINNOW_TRY(const auto builtin, builtin_->find(name));
  return builtin.get();
}

Outcome<BuiltinTasks::ByName> Registry::all() const {
  WINNOW_TRY(auto all, builtin_->all());
  all.insert(tasks_.begin(), tasks_.end());
  return all;
}

Outcome<const Task*> Registry::find(std::string_view name) const {
  WINNOW_TRY(const auto* found, known(name));
  if (found != nullptr) return found;
  WINNOW_TRY(const auto tasks, all());
  std::vector<std::string> names;
  for (const auto& [own, task] : tasks) {
    names.push_back(own);
    const auto& aliases = task->manifest.aliases;
    names.insert(names.end(), aliases.begin(), aliases.end());
  }
  return fail(FailureKind::unknown_task,
              "there is no task \"" + document::shortened(name, 200) + "\"" + meant(name, names));
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

Outcome<Json> Registry::describe_all() const {
  WINNOW_TRY(const auto tasks, all());
  Json described = Json::array();
  for (const auto& [name, task] : tasks) described.push_back(describe(*task));
  return Json{{"tasks", std::move(described)}};
}

}  // namespace winnow::plugin
