// The manifests of manifests/, compiled in so that the library needs no files.
#pragma once

#include <span>

#include "document/embedded_file.h"

namespace winnow::plugin {

std::span<const document::EmbeddedFile> builtin_manifests();

}  // namespace winnow::plugin
