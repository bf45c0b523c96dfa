// Turns one manifest file into what the engines work by, or says with file:line what is wrong with it.
#pragma once

#include "document/yaml.h"
#include "outcome/failure.h"
#include "tasks/manifest.h"

namespace winnow::plugin {

Outcome<tasks::Manifest> read_manifest(const document::Document& document);

}  // namespace winnow::plugin
