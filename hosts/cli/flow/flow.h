// A flow from its file: read and checked for its form, but not yet evaluated.
#pragma once

#include <string>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::cli {

using document::Json;

// A value that the caller must or may give.
struct FlowInput {
  std::string id;
  std::string type;     // STRING, INT, ...
  Json definition;      // all its keys
  std::string pointer;  // its place in the file
};

// NOLINTNEXTLINE(bugprone-exception-escape): moving its members throws nothing
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

// Refuses, with file and line, what Kestra would refuse too (missing or duplicate ids, no tasks,
// unknown keys), and what Kestra supports but this command does not (retry, errors, ...): a flow
// that does not run as its author intended may delete too much.
Outcome<Flow> read_flow(document::Document document);

// The same, from a file. A file that can't be read or is not YAML is an invalid parameter too.
Outcome<Flow> read_flow_file(const std::string& path);

// The JSON Schema of a flow, and Kestra's unsupported keys, by the list that they belong to; those
// of the flow itself under "".
const Json& flow_definition();
const Json& refused_keys();

// A message about the value at `pointer`: `file:line: message`.
tl::unexpected<Failure> mistake(const document::Document& document, const std::string& pointer,
                                const std::string& message);

// The Kestra plugin (hosts/kestra) has a class in this package for each task.
constexpr std::string_view kPluginPackage = "io.winnow.kestra.";

}  // namespace winnow::cli
