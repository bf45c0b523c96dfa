// A flow's `pluginDefaults`: values for its tasks by their type.
#pragma once

#include <string>
#include <vector>

#include "document/yaml.h"
#include "outcome/failure.h"

namespace winnow::cli {

using document::Json;

// Puts the defaults into the flow's tasks, by the rules of Kestra 1.x (PluginDefaultService of
// kestra-io/kestra, MapUtils.deepMerge):
// - a default applies to the tasks whose type is its type, or begins with it;
// - a default for an alias also applies to the type that the alias stands for;
// - the task's own value wins, unless the default is `forced`; lists are united, maps merged;
// - of several for one type the first wins; of several types the one that comes first in a Java
//   HashMap.
// If versions of Kestra differ (two forced defaults for one type give a key different values), the
// flow is refused. `described` is the JSON of winnow_describe for all tasks. `flow` has passed
// read_flow; pass the result to read_flow again.
Outcome<document::Document> with_plugin_defaults(document::Document flow, const Json& described);

// The types of `pluginDefaults` that apply to no task of the flow: usually a mistake.
std::vector<std::string> unused_plugin_defaults(const Json& flow, const Json& described);

}  // namespace winnow::cli
