// The findings of `winnow doctor` as a table for a person; programs read the JSON on stdout.
#pragma once

#include <string>

namespace winnow::cli {

// `result` is the Doctor task's JSON. What it leaves out shows as `-`; every line is ended.
std::string doctor_report(const std::string& result);

}  // namespace winnow::cli
