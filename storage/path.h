// The parts of paths in a storage, for searching it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/storage.h"

namespace winnow::storage {

// True for names that Kestra reserves for files that don't belong to executions.
bool is_reserved(std::string_view part);

// Whether a folder inside what looks like an execution's folder is one for other files of Kestra:
// below a namespace or a flow called `executions`, flows look like executions. `first` is the
// topmost folder inside on the path to `name`, or `name` itself, which is `depth` folders deep.
// Tasks and inputs choose names of folders, but the folder with their id never begins with `_`.
bool is_of_others(std::string_view first, std::string_view name, std::size_t depth);

// True for names that a folder can have: not empty, not "." or "..", without "/" and NUL.
bool is_segment(std::string_view name);

// The names in a path. `//` counts as one `/`, as in a file system.
std::vector<std::string> path_parts(std::string_view path);

// `company/team`, the path under the tenant's root below which the area lies; empty: all of it.
// Fails like execution_path() if the tenant or the namespace can't be a path.
Outcome<std::string> search_path(const SearchArea& area);

}  // namespace winnow::storage
