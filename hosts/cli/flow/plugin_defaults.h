// A flow's `pluginDefaults`: values that its tasks get by their type.
#pragma once

#include <string>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::cli {

using document::Json;

// Puts the defaults into the flow's tasks, by the rules of Kestra 1.x (PluginDefaultService of
// kestra-io/kestra, MapUtils.deepMerge):
// - a default is for the tasks whose type is its type, or begins with it;
// - one for an alias is also for the type that the alias stands for;
// - what a task says itself counts, unless the default is `forced`; lists are united, maps merged;
// - of several for one type the first counts; of several types the one that a Java HashMap has
//   first.
// Where versions of Kestra decide differently (two forced ones for one type give a key different
// values), the flow is refused. `described` is the JSON of winnow_describe for all tasks. `flow`
// has passed read_flow; read the document that comes out again.
Outcome<document::Document> with_plugin_defaults(document::Document flow, const Json& described);

// The types of `pluginDefaults` that are for no task of the flow: as a rule a slip.
std::vector<std::string> unused_plugin_defaults(const Json& flow, const Json& described);

}  // namespace winnow::cli
