// Reads JSON that a program wrote, as strictly as YAML is read: no key twice, bounds on depth and
// number.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "document/yaml.h"

namespace winnow::document {

class TreeBuilder;

// Refused, as `configuration` with name:line and, where one is known, the pointer: what is not JSON
// (RFC 8259), duplicate keys, more than 100,000 values, nesting beyond 100 levels, text that is not
// UTF-8, more than 10 MiB.
Outcome<Document> parse_json(std::string_view text, std::string name);

constexpr std::size_t kLargestText = std::size_t{10} * 1024 * 1024;

// The bound on a text's size and its UTF-8, which YAML and JSON share.
Outcome<void> check_text(std::string_view text, const std::string& name);

enum class JsonResult { whole, refused, other_syntax };

// Feeds a text to the builder; what it refuses stands there. `other_syntax`: this is not JSON, but
// may be YAML.
JsonResult read_json(std::string_view text, TreeBuilder& builder);

}  // namespace winnow::document
