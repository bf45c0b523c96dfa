// The parts of paths in a storage, for those that search it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/storage.h"

namespace winnow::storage {

// True of names that Kestra keeps for other files than those of executions.
bool is_reserved(std::string_view part);

// Whether a folder inside of what looks like an execution's is one of other files of Kestra: below
// a namespace or a flow that is called `executions`, flows look like executions. `first` is the
// topmost folder inside on the way to `name`, or `name` itself, which lies `depth` folders deep.
// Tasks and inputs give folders names of their own, but the one with their id never begins with
// `_`.
bool is_of_others(std::string_view first, std::string_view name, std::size_t depth);

// True of names that a folder can have: not empty, not "." or "..", without "/" and NUL.
bool is_segment(std::string_view name);

// The names that a path leads through. Between `//` there is none, as for a file system.
std::vector<std::string> path_parts(std::string_view path);

// `company/team`, the path under the tenant's root below which the area lies; empty: all of it. A
// failure as execution_path() has, for a tenant or a namespace that can't be a path.
Outcome<std::string> search_path(const SearchArea& area);

}  // namespace winnow::storage
