#include "hosts/cli/flow/plugin_defaults.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>

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

// The type that a default for `type` counts for beside it; empty: none. For an alias it is the
// class in Kestra, which is a task's first alias; winnow's own name, which Kestra does not know,
// stands for all names of the task, here for `task_type`.
std::string second_type(const std::string& type, const std::string& task_type,
                        const Json& described) {
  for (const auto& task : described["tasks"]) {
    const std::string name = task["name"];
    const auto& aliases = task["aliases"];
    const auto is_alias = [&aliases](const std::string& each) {
      return std::find(aliases.begin(), aliases.end(), Json(each)) != aliases.end();
    };
    const bool is_own = is_alias(task_type) || task_type == std::string(kPluginPackage) + name;
    if (type == name && is_own) return task_type;
    if (is_alias(type)) return task_type == name ? name : aliases.front().get<std::string>();
  }
  return {};
}

// Java's String.hashCode, spread as HashMap does.
std::uint32_t java_hash(std::string_view text) {
  std::uint32_t hash = 0;
  for (const char c : text) hash = 31 * hash + static_cast<unsigned char>(c);
  return hash ^ (hash >> 16U);
}

struct Applied {
  const PluginDefault* from;
  std::uint32_t bucket;
};

// The defaults of one kind that are for a task, in the order in which Kestra merges them: it keeps
// them in a java.util.HashMap by type, those that aliases stand for after the others.
std::vector<Applied> applied_to(const std::string& task_type, bool forced,
                                const std::vector<PluginDefault>& defaults, const Json& described) {
  std::vector<std::pair<std::string, const PluginDefault*>> by_type;
  for (const auto& each : defaults) {
    if (each.forced == forced) by_type.emplace_back(each.type, &each);
  }
  for (std::size_t i = 0, count = by_type.size(); i < count; ++i) {
    auto other = second_type(by_type[i].first, task_type, described);
    if (!other.empty() && other != by_type[i].first) {
      by_type.emplace_back(std::move(other), by_type[i].second);
    }
  }
  std::map<std::string, std::size_t> first_place;  // the map's keys, and which was there first
  std::uint32_t buckets = 16;
  for (const auto& [type, from] : by_type) {
    if (first_place.size() > std::size_t{buckets} / 4 * 3) buckets *= 2;  // grows before it adds
    first_place.emplace(type, first_place.size());
  }
  const auto bucket_of = [buckets](const std::string& type) { return java_hash(type) % buckets; };
  std::erase_if(by_type, [&](const auto& each) { return !task_type.starts_with(each.first); });
  // computeIfAbsent puts a new type in front of those in its bucket.
  std::stable_sort(by_type.begin(), by_type.end(), [&](const auto& one, const auto& other) {
    return std::pair(bucket_of(one.first), first_place[other.first]) <
           std::pair(bucket_of(other.first), first_place[one.first]);
  });
  std::vector<Applied> applied;
  applied.reserve(by_type.size());
  for (const auto& [type, from] : by_type) applied.push_back({from, bucket_of(type)});
  return applied;
}

// The values of one task, and where each came from.
class MergedTask {
 public:
  MergedTask(Document& document, Json& task, std::string pointer)
      : document_(document), task_(task), pointer_(std::move(pointer)) {}

  Outcome<void> add(const Applied& applied) {
    const auto& [from, bucket] = applied;
    if (from->forced) {
      WINNOW_CHECK(check_order(*from, bucket));
    }
    merge(task_, pointer_, from->values, from->pointer, from->forced);
    return {};
  }

 private:
  // Kestra 1.1 merges two forced defaults of one bucket in reverse order, Kestra 1.3 in order.
  Outcome<void> check_order(const PluginDefault& from, std::uint32_t bucket) {
    for (const auto& [key, value] : from.values.items()) {
      if (value.is_null()) continue;
      const auto [earlier, is_first] = forced_.try_emplace({bucket, key}, value);
      const auto& other = earlier->second;
      if (is_first || other == value || (other.is_array() && value.is_array())) continue;
      return mistake(document_, pointer_to(from.pointer, key),
                     "pluginDefaults force two values of '" + key + "' on the task '" +
                         task_.value("id", std::string()) +
                         "', and versions of Kestra differ in which one counts; keep one of them");
    }
    return {};
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
  std::string pointer_;
  std::map<std::pair<std::uint32_t, std::string>, Json> forced_;
};

}  // namespace

Outcome<Document> with_plugin_defaults(Document flow, const Json& described) {
  const auto defaults = defaults_of(flow.value);
  std::size_t index = 0;
  for (auto& task : flow.value["tasks"]) {
    const auto type = task["type"].get<std::string>();
    MergedTask merged(flow, task, pointer_to("/tasks", index++));
    for (const bool forced : {false, true}) {
      for (const auto& each : applied_to(type, forced, defaults, described)) {
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
      return !applied_to(task["type"], each.forced, {each}, described).empty();
    });
    if (!is_used) unused.push_back(each.type);
  }
  return unused;
}

}  // namespace winnow::cli
