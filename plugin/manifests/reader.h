// Turns one manifest file into what the engines work by.
#pragma once

#include "document/yaml.h"
#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::plugin {

// Whose manifest it is: one of this library, which declares all of its task's parameters, or an
// operator's, to which those that every listing has are added.
enum class Author { winnow, operators };

// The document passes check_manifest() (plugin/manifests/check.h).
Outcome<tasks::Manifest> read_manifest(const document::Document& document, Author author);

}  // namespace winnow::plugin
