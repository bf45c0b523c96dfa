// The SQL files of tools/sample/schema/, compiled in.
#pragma once

#include <span>

#include "document/embedded_file.h"

namespace winnow::sample {

std::span<const document::EmbeddedFile> schema_files();

}  // namespace winnow::sample
