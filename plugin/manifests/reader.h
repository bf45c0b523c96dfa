// Reads one manifest file for the engines.
#pragma once

#include "document/yaml.h"
#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::plugin {

// The author of a manifest: this library, whose manifests declare all parameters, or an operator,
// to whose manifests the parameters of every listing are added.
enum class Author { winnow, operators };

// The document passes check_manifest() (plugin/manifests/check.h).
Outcome<tasks::Manifest> read_manifest(const document::Document& document, Author author);

}  // namespace winnow::plugin
