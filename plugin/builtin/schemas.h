// The JSON Schemas of manifests and of the configuration, compiled in.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "document/embedded_file.h"
#include "document/schema.h"

namespace winnow::plugin {

std::span<const document::EmbeddedFile> builtin_schemas();

// One of them, with its references resolved.
document::Json builtin_schema(std::string_view name);

// Checks a document against the schema of that name. Fails as configuration: `file:line: /pointer:
// reason`.
Outcome<void> check_against(std::string_view schema_name, const document::Document& document);

// `file:line: /pointer: reason`.
std::string placed(const document::Document& document, std::string_view pointer,
                   std::string_view reason);

}  // namespace winnow::plugin
