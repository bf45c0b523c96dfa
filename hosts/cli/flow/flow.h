// A flow as it stands in its file: read and checked for its form; nothing in it is evaluated yet.
#pragma once

#include <string>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::cli {

using document::Json;

// A value that the caller must give, or may.
struct FlowInput {
  std::string id;
  std::string type;     // STRING, INT, ...
  Json definition;      // all its keys
  std::string pointer;  // where it stands in the file
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving what it holds throws nothing
struct FlowTask {
  std::string id;
  std::string type;  // without the package of winnow's Kestra plugin
  bool disabled = false;
  bool allow_failure = false;
  Json timeout;     // a string, or null
  Json run_if;      // a string or boolean, or null
  Json parameters;  // the other keys: the task's own
  std::string pointer;
};

struct FlowOutput {
  std::string id;
  Json value;
  std::string pointer;
};

struct Flow {
  document::Document document;  // for the lines
  std::string id;
  std::string name_space;
  std::vector<FlowInput> inputs;
  Json variables = Json::object();
  std::vector<FlowTask> tasks;
  std::vector<FlowOutput> outputs;
  bool has_triggers = false;  // they are ignored: the command is the trigger
  bool has_plugin_defaults = false;
};

// Refused, with file and line: what Kestra would refuse too (ids missing or twice, no tasks,
// unknown keys), and what Kestra can do and this command can't (retry, errors, ...): a flow that
// runs otherwise than its author meant may delete too much.
Outcome<Flow> read_flow(document::Document document);

// The same, from a file. A file that can't be read or is no YAML is an invalid parameter as well.
Outcome<Flow> read_flow_file(const std::string& path);

// The JSON Schema of a flow, and Kestra's keys that can't be honoured, by the list that they stand
// in; those of the flow itself under "".
const Json& flow_definition();
const Json& refused_keys();

// A message about the value at `pointer`: `file:line: message`.
tl::unexpected<Failure> mistake(const document::Document& document, const std::string& pointer,
                                const std::string& message);

// The Kestra plugin (hosts/kestra) has a class in this package for each task.
constexpr std::string_view kPluginPackage = "io.winnow.kestra.";

}  // namespace winnow::cli
