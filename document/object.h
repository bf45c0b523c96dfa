// JSON objects where memory may run out.
#pragma once

#include <initializer_list>
#include <utility>

#include "document/yaml.h"

namespace winnow::document {

// The members in their order. nlohmann's own constructor from a list loses what it has made where
// an allocation fails; for what a run says on its way out of that.
Json object_of(std::initializer_list<std::pair<const char*, Json>> members);

}  // namespace winnow::document
