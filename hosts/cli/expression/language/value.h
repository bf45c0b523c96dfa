// What expressions do with values, by Pebble's rules: texts, truth, arithmetic, comparison.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "document/yaml.h"
#include "hosts/cli/expression/language/node.h"
#include "hosts/cli/expression/language/problem.h"

namespace winnow::cli::expression {

// As it is printed into a text: null is nothing, lists and maps are JSON.
std::string to_text(const Json& value);

// "a list", "the text 'abc'": for messages; long texts are cut.
std::string description(const Json& value);

// A whole number that fits into 64 bits, or nothing.
std::optional<std::int64_t> whole_number(const Json& value);

// Null, blank text, and a list or map without entries are empty.
bool is_empty(const Json& value);

// As a condition: a text is true unless it is empty, a number unless it is 0; null, a list and a
// map are refused.
Result<bool> truth(const Json& value);

bool equal(const Json& left, const Json& right);
Result<bool> contains(const Json& container, const Json& value);

// `first..last` by `step`, bounded in length.
Result<Json> range(const Json& first, const Json& last, std::int64_t step);

Result<Json> negate(const Json& value);

// The operators that look at both values; the others (and, or, ??, ???) are the evaluator's.
Result<Json> operate(BinaryOperator operation, const Json& left, const Json& right);

}  // namespace winnow::cli::expression
