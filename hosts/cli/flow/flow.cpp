#include "hosts/cli/flow/flow.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "document/nearest.h"
#include "document/pointer.h"
#include "hosts/cli/flow/keys.h"

namespace winnow::cli {
namespace {

using document::pointer_to;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Kestra's form of an id.
bool is_id(const std::string& id) {
  return !id.empty() && is_letter_or_digit(id.front()) &&
         std::all_of(id.begin(), id.end(), [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '_' || c == '-';
         });
}

// The Kestra plugin (hosts/kestra) has a class in this package for each task: the same file runs in both.
std::string task_name(const std::string& type) {
  constexpr std::string_view package = "io.winnow.kestra.";
  return type.starts_with(package) ? type.substr(package.size()) : type;
}

class Reader {
 public:
  explicit Reader(document::Document document) { flow_.document = std::move(document); }

  Outcome<Flow> run() {
    const Json& root = flow_.document.value;
    if (!root.is_object()) return refuse("", "expected a flow: a map with id, namespace and tasks");
    for (const auto step :
         {&Reader::read_head, &Reader::read_inputs, &Reader::read_tasks, &Reader::read_outputs}) {
      if (auto done = (this->*step)(root); !done) return fail(done.error());
    }
    return std::move(flow_);
  }

 private:
  tl::unexpected<Failure> refuse(const std::string& pointer, const std::string& message) const {
    return mistake(flow_.document, pointer, message);
  }

  tl::unexpected<Failure> refuse_beyond(const std::string& pointer, const std::string& key) const {
    return refuse(pointer, "'" + key +
                               "' is Kestra's and can't be honoured by this command; take it out, "
                               "or run the flow in Kestra");
  }

  // Keys that are unknown, and those that Kestra knows and this command can't honour.
  Outcome<void> check_keys(const Json& map, const std::string& pointer, const Keys& keys) const {
    for (const auto& [key, value] : map.items()) {
      if (keys.is_known(key)) continue;
      const std::string place = pointer_to(pointer, key);
      if (keys.is_beyond(key)) return refuse_beyond(place, key);
      return refuse(place, "unknown key '" + key + "'" + document::did_you_mean(key, keys.all()));
    }
    return {};
  }

  Outcome<std::string> text(const Json& map, const std::string& pointer,
                            const std::string& key) const {
    const auto found = map.find(key);
    if (found == map.end() || found->is_null()) return refuse(pointer, "'" + key + "' is missing");
    if (!found->is_string() || found->get_ref<const std::string&>().empty()) {
      return refuse(pointer_to(pointer, key), "'" + key + "' must be a text");
    }
    return found->get<std::string>();
  }

  Outcome<std::string> id(const Json& map, const std::string& pointer) const {
    auto id = text(map, pointer, "id");
    if (!id || is_id(*id)) return id;
    return refuse(
        pointer_to(pointer, "id"),
        "an id is made of letters, digits, '.', '_' and '-', and begins with a letter or digit");
  }

  Outcome<bool> boolean(const Json& map, const std::string& pointer, const std::string& key) const {
    const auto found = map.find(key);
    if (found == map.end() || found->is_null()) return false;
    if (found->is_boolean()) return found->get<bool>();
    return refuse(pointer_to(pointer, key), "'" + key + "' must be true or false");
  }

  // The list under `key`, or an empty one; every element must be a map.
  Outcome<Json> list(const Json& root, const std::string& key) const {
    const auto found = root.find(key);
    if (found == root.end() || found->is_null()) return Json::array();
    const std::string pointer = pointer_to("", key);
    if (!found->is_array()) return refuse(pointer, "'" + key + "' must be a list");
    for (std::size_t i = 0; i < found->size(); ++i) {
      if (!(*found)[i].is_object())
        return refuse(pointer_to(pointer, i), "expected a map with id and more");
    }
    return *found;
  }

  Outcome<void> once(std::set<std::string>& ids, const std::string& id,
                     const std::string& pointer) const {
    if (ids.insert(id).second) return {};
    return refuse(pointer_to(pointer, "id"), "the id '" + id + "' is used twice");
  }

  Outcome<void> read_head(const Json& root) {
    if (auto done = check_keys(root, "", flow_keys()); !done) return done;
    auto flow_id = id(root, "");
    if (!flow_id) return fail(flow_id.error());
    flow_.id = std::move(*flow_id);
    auto name_space = text(root, "", "namespace");
    if (!name_space) return fail(name_space.error());
    flow_.name_space = std::move(*name_space);
    const auto disabled = boolean(root, "", "disabled");
    if (!disabled) return fail(disabled.error());
    if (*disabled) return refuse("/disabled", "the flow is disabled");
    const auto triggers = root.find("triggers");
    flow_.has_triggers = triggers != root.end() && !triggers->empty();
    return read_variables(root);
  }

  Outcome<void> read_variables(const Json& root) {
    const auto found = root.find("variables");
    if (found == root.end() || found->is_null()) return {};
    if (!found->is_object()) return refuse("/variables", "'variables' must be a map");
    flow_.variables = *found;
    return check_variable(*found, "/variables");
  }

  // Kestra prints such a text as it is unless render() is called on it; then a parameter would be
  // the text `{{ ... }}`.
  Outcome<void> check_variable(const Json& value, const std::string& pointer) const {
    if (value.is_string() && value.get_ref<const std::string&>().find("{{") != std::string::npos) {
      return refuse(
          pointer,
          "an expression in a variable is not evaluated; write it where the variable is used");
    }
    if (!value.is_structured()) return {};
    std::size_t index = 0;
    for (const auto& [key, item] : value.items()) {
      const auto inner = value.is_array() ? pointer_to(pointer, index++) : pointer_to(pointer, key);
      if (auto done = check_variable(item, inner); !done) return done;
    }
    return {};
  }

  Outcome<void> read_inputs(const Json& root) {
    const auto inputs = list(root, "inputs");
    if (!inputs) return fail(inputs.error());
    std::set<std::string> ids;
    for (std::size_t i = 0; i < inputs->size(); ++i) {
      FlowInput input{{}, {}, (*inputs)[i], pointer_to("/inputs", i)};
      if (auto done = check_keys(input.definition, input.pointer, input_keys()); !done) return done;
      auto input_id = id(input.definition, input.pointer);
      if (!input_id) return fail(input_id.error());
      input.id = std::move(*input_id);
      if (auto done = once(ids, input.id, input.pointer); !done) return done;
      auto type = text(input.definition, input.pointer, "type");
      if (!type) return fail(type.error());
      input.type = std::move(*type);
      flow_.inputs.push_back(std::move(input));
    }
    return {};
  }

  Outcome<void> read_tasks(const Json& root) {
    const auto tasks = list(root, "tasks");
    if (!tasks) return fail(tasks.error());
    if (tasks->empty()) return refuse("/tasks", "the flow has no tasks");
    std::set<std::string> ids;
    for (std::size_t i = 0; i < tasks->size(); ++i) {
      auto task = read_task((*tasks)[i], pointer_to("/tasks", i));
      if (!task) return fail(task.error());
      if (auto done = once(ids, task->id, task->pointer); !done) return done;
      flow_.tasks.push_back(std::move(*task));
    }
    return {};
  }

  Outcome<FlowTask> read_task(const Json& map, const std::string& pointer) const {
    FlowTask task;
    task.pointer = pointer;
    auto task_id = id(map, pointer);
    if (!task_id) return fail(task_id.error());
    task.id = std::move(*task_id);
    if (task.id == "error") {
      return refuse(
          pointer_to(pointer, "id"),
          "a task can't be called 'error': that is where the result says what went wrong");
    }
    auto type = text(map, pointer, "type");
    if (!type) return fail(type.error());
    task.type = task_name(std::move(*type));
    const auto disabled = boolean(map, pointer, "disabled");
    if (!disabled) return fail(disabled.error());
    task.disabled = *disabled;
    const auto allow_failure = boolean(map, pointer, "allowFailure");
    if (!allow_failure) return fail(allow_failure.error());
    task.allow_failure = *allow_failure;
    return with_parameters(std::move(task), map);
  }

  Outcome<FlowTask> with_parameters(FlowTask task, const Json& map) const {
    const Keys& keys = task_keys();
    task.parameters = Json::object();
    for (const auto& [key, value] : map.items()) {
      if (keys.is_beyond(key)) return refuse_beyond(pointer_to(task.pointer, key), key);
      if (key == "timeout") task.timeout = value;
      if (key == "runIf") task.run_if = value;
      if (!keys.is_known(key)) task.parameters[key] = value;
    }
    if (!task.timeout.is_null() && !task.timeout.is_string()) {
      return refuse(pointer_to(task.pointer, "timeout"),
                    "'timeout' must be an ISO 8601 duration such as PT30M");
    }
    if (!task.run_if.is_null() && !task.run_if.is_string() && !task.run_if.is_boolean()) {
      return refuse(pointer_to(task.pointer, "runIf"),
                    "'runIf' must be an expression, true or false");
    }
    return task;
  }

  Outcome<void> read_outputs(const Json& root) {
    const auto outputs = list(root, "outputs");
    if (!outputs) return fail(outputs.error());
    std::set<std::string> ids;
    for (std::size_t i = 0; i < outputs->size(); ++i) {
      const Json& map = (*outputs)[i];
      const std::string pointer = pointer_to("/outputs", i);
      if (auto done = check_keys(map, pointer, output_keys()); !done) return done;
      auto output_id = id(map, pointer);
      if (!output_id) return fail(output_id.error());
      if (auto done = once(ids, *output_id, pointer); !done) return done;
      if (!map.contains("value")) return refuse(pointer, "'value' is missing");
      flow_.outputs.push_back(
          FlowOutput{std::move(*output_id), map["value"], pointer_to(pointer, "value")});
    }
    return check_output_names();
  }

  Outcome<void> check_output_names() const {
    if (flow_.outputs.empty()) return {};
    for (const auto& task : flow_.tasks) {
      if (task.id != "outputs") continue;
      return refuse(pointer_to(task.pointer, "id"),
                    "a task can't be called 'outputs' where the flow has outputs: they stand there "
                    "in the result");
    }
    return {};
  }

  Flow flow_;
};

}  // namespace

tl::unexpected<Failure> mistake(const document::Document& document, const std::string& pointer,
                                const std::string& message) {
  return fail(FailureKind::invalid_parameter, document.place(pointer) + ": " + message, pointer);
}

Outcome<Flow> read_flow(document::Document document) {
  return Reader(std::move(document)).run();
}

Outcome<Flow> read_flow_file(const std::string& path) {
  auto document = document::read_yaml_file(path);
  if (document) return read_flow(std::move(*document));
  return fail(FailureKind::invalid_parameter, document.error().message, document.error().pointer);
}

}  // namespace winnow::cli
