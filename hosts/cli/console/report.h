// Results in human-readable form: tables in place of JSON, chosen only by the shape of the result.
// A new member of a task is shown without a change here.
#pragma once

#include <string>

#include "document/yaml.h"
#include "hosts/cli/console/display.h"

namespace winnow::cli {

// `result` is a JSON object. Every line of a report is ended.
using Report = std::string (*)(const document::Json& result, const Screen& screen);

// Of any task or flow. The members of an object in their order: values one below the other, lists
// of objects as tables, and what a member holds below its name.
std::string values_report(const document::Json& result, const Screen& screen);

// `Tasks` of describe, by name and title.
std::string tasks_report(const document::Json& result, const Screen& screen);

// A task's description: its purpose, parameters and outputs.
std::string task_report(const document::Json& result, const Screen& screen);

// The doctor's tables and findings. Figures that a server does not report appear as `-`.
std::string doctor_report(const document::Json& result, const Screen& screen);

}  // namespace winnow::cli
