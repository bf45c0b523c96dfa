// Facts of executions for filters, random filters, and what matches them: only from the documents,
// by a second, exact implementation, never through winnow's SQL.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "document/yaml.h"

namespace winnow::tests {

using document::Json;

// Whether the name matches the pattern: a recursion over both texts, without the notion of words.
bool pattern_fits(std::string_view pattern, std::string_view name);

// Labels, kind and trigger, each sometimes missing, with values that servers may treat as equal.
void add_facts(std::mt19937_64& random, Json& document);

// Some filters of PurgeExecutions and ListExecutions in all their forms. `documents` are those that
// they are to find.
void add_filters(std::mt19937_64& random, const std::vector<Json>& documents, Json& parameters);

// A single name without wildcards, which a server compares in its own way.
bool is_plain(const Json& value);

// By all of them but a single plain namespace or flow.
bool fits_filters(const Json& document, const Json& parameters);

}  // namespace winnow::tests
