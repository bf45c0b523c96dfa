// Words for schemas and values, for people who wrote a value that does not fit.
#pragma once

#include <string>
#include <vector>

#include "document/yaml.h"

namespace winnow::document {

// "an integer from 1 to 10000", `one of "A", "B"`, "true or false".
std::string described_schema(const Json& definition);
// `the string "abc"`, "a list of 3", "null"; long texts are cut.
std::string described_value(const Json& value);
// The names of an object's known properties, in every alternative of the schema.
std::vector<std::string> known_properties(const Json& definition);
// The schema and its alternatives (anyOf, oneOf), all levels of them.
std::vector<const Json*> alternatives(const Json& definition);

}  // namespace winnow::document
