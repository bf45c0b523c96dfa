// Files in a local folder, in the layout of Kestra's storage-local.
#pragma once

#include <memory>
#include <string>

#include "storage/storage.h"

namespace winnow::storage {

// `base_path` is Kestra's kestra.storage.local.base-path. Refused as configuration: empty, `/`,
// relative, missing or not a folder. Every folder below it is opened relative to its parent and
// never through a link, so that nothing outside can be reached, even if a folder is replaced by a
// link meanwhile. A link inside an execution's folder is removed itself.
Outcome<std::unique_ptr<Storage>> open_local(const std::string& base_path);

}  // namespace winnow::storage
