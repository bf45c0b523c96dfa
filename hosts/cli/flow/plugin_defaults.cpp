#include "hosts/cli/flow/plugin_defaults.h"

#include <algorithm>
#include <map>

#include "document/pointer.h"
#include "hosts/cli/flow/flow.h"
#include "outcome/try.h"

namespace winnow::cli {
namespace {

using document::Document;
using document::pointer_to;

struct PluginDefault {
  std::string type;
  bool forced;
  Json values;
  std::string pointer;  // of `values`
};

std::vector<PluginDefault> defaults_of(const Json& flow) {
  std::vector<PluginDefault> all;
  std::size_t index = 0;
  for (const auto& each : flow["pluginDefaults"]) {
    all.push_back({each["type"], each.value("forced", false), each.value("values", Json::object()),
                   pointer_to(pointer_to("/pluginDefaults", index++), "values")});
  }
  return all;
}

bool is_for(const std::string& default_type, const std::string& task_type, const Json& described) {
  if (task_type.starts_with(default_type)) return true;
  for (const auto& task : described["tasks"]) {
    const auto& name = task["name"];
    const auto& aliases = task["aliases"];
    const auto is_alias = [&aliases](const std::string& type) {
      return std::find(aliases.begin(), aliases.end(), Json(type)) != aliases.end();
    };
    // winnow's own name, which Kestra does not know, stands for all the names of the task.
    if (default_type == name &&
        (is_alias(task_type) || task_type == std::string(kPluginPackage) + default_type)) {
      return true;
    }
    // The first alias is the class in Kestra; the others are that class's aliases.
    if (is_alias(default_type) && (task_type == name || task_type == aliases.front())) return true;
  }
  return false;
}

// The values of one task, and where each came from.
class MergedTask {
 public:
  MergedTask(Document& document, Json& task, std::string pointer)
      : document_(document), task_(task), own_(task), pointer_(std::move(pointer)) {}

  Outcome<void> add(const PluginDefault& from) {
    for (const auto& [key, value] : from.values.items()) {
      if (value.is_null()) continue;
      if (!from.forced && own_.contains(key) && !own_[key].is_structured()) continue;
      WINNOW_CHECK(check_conflict(from, key, value));
    }
    merge(task_, pointer_, from.values, from.pointer, from.forced);
    return {};
  }

 private:
  struct Setter {
    std::string type;
    Json value;
  };

  Outcome<void> check_conflict(const PluginDefault& from, const std::string& key,
                               const Json& value) {
    const auto [earlier, is_first] =
        setters_.try_emplace({from.forced, key}, Setter{from.type, value});
    const auto& other = earlier->second;
    const bool is_settled = is_first || other.value == value ||
                            (other.value.is_array() && value.is_array()) ||
                            (other.type == from.type && !from.forced);
    if (is_settled) return {};
    return mistake(document_, pointer_to(from.pointer, key),
                   "pluginDefaults give '" + key + "' two values for the task '" +
                       task_.value("id", std::string()) +
                       "', and versions of Kestra differ in which one counts; keep one of them");
  }

  void merge(Json& target, const std::string& pointer, const Json& values, const std::string& from,
             bool forced) {
    for (const auto& [key, value] : values.items()) {
      if (value.is_null()) continue;
      const auto to = pointer_to(pointer, key);
      Json& present = target[key];
      if (present.is_object() && value.is_object()) {
        merge(present, to, value, pointer_to(from, key), forced);
      } else if (present.is_array() && value.is_array()) {
        present = forced ? united(present, value) : united(value, present);
        drop_lines(to);  // the elements have moved
      } else if (forced || present.is_null()) {
        present = value;
        drop_lines(to);
        copy_lines(pointer_to(from, key), to);
      }
    }
  }

  static Json united(Json first, const Json& second) {
    const Json before = first;
    for (const auto& item : second) {
      if (std::find(before.begin(), before.end(), item) == before.end()) first.push_back(item);
    }
    return first;
  }

  static bool is_within(const std::string& pointer, const std::string& outer) {
    return pointer == outer || pointer.starts_with(outer + "/");
  }

  void drop_lines(const std::string& pointer) {
    std::erase_if(document_.lines,
                  [&](const auto& line) { return is_within(line.first, pointer); });
  }

  // So that a message about the value names the line of the default.
  void copy_lines(const std::string& from, const std::string& to) {
    std::map<std::string, int> copied;
    for (const auto& [pointer, line] : document_.lines) {
      if (is_within(pointer, from)) copied[to + pointer.substr(from.size())] = line;
    }
    document_.lines.merge(copied);
  }

  Document& document_;
  Json& task_;
  Json own_;
  std::string pointer_;
  std::map<std::pair<bool, std::string>, Setter> setters_;
};

}  // namespace

Outcome<Document> with_plugin_defaults(Document flow, const Json& described) {
  const auto defaults = defaults_of(flow.value);
  std::size_t index = 0;
  for (auto& task : flow.value["tasks"]) {
    const auto type = task["type"].get<std::string>();
    MergedTask merged(flow, task, pointer_to("/tasks", index++));
    for (const bool forced : {false, true}) {
      for (const auto& each : defaults) {
        if (each.forced != forced || !is_for(each.type, type, described)) continue;
        WINNOW_CHECK(merged.add(each));
      }
    }
  }
  return flow;
}

std::vector<std::string> unused_plugin_defaults(const Json& flow, const Json& described) {
  std::vector<std::string> unused;
  for (const auto& each : defaults_of(flow)) {
    const auto& tasks = flow["tasks"];
    const bool is_used = std::any_of(tasks.begin(), tasks.end(), [&](const Json& task) {
      return is_for(each.type, task["type"].get<std::string>(), described);
    });
    if (!is_used) unused.push_back(each.type);
  }
  return unused;
}

}  // namespace winnow::cli
