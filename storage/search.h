// Finds the folders of executions below a base path.
#pragma once

#include <string>

#include "storage/storage.h"

namespace winnow::storage {

// Storage::find() for a local folder: from the base path downwards, never through a link.
Outcome<void> search_folders(const std::string& base_path, const SearchArea& area,
                             const FolderHandler& handler, const Cancellation& cancellation);

}  // namespace winnow::storage
