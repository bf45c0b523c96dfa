// The JSON Schema of a flow, compiled in.
#pragma once

#include <span>

#include "document/embedded_file.h"

namespace winnow::cli {

std::span<const document::EmbeddedFile> flow_schemas();

}  // namespace winnow::cli
