// Removes or counts the files in one folder and everything below it, from its descriptor downwards
// and never through a link.
#pragma once

#include <string>

#include "storage/descriptor.h"
#include "storage/folder_reader.h"
#include "storage/storage.h"

namespace winnow::storage {

enum class TreeAction { remove, count };

struct WalkOptions {
  // The folder, opened for reading; otherwise it is opened by its name.
  Descriptor opened = {};
  // Set to the last change of any visited file, link or folder.
  document::Instant* newest = nullptr;
  // A mount point is not entered, and is not a failure: a search for folders does not need its
  // content.
  bool passes_mounts = false;
  // Set if a folder inside is for other files of Kestra (is_of_others).
  bool* is_of_others = nullptr;
};

// Works on the folder `name` inside the folder `parent` (an open descriptor). `place` is the path
// of `name` for messages. Ends at the first file that can't be removed. Holds few descriptors at
// any depth.
Removed walk_tree(TreeAction action, int parent, const std::string& name, const std::string& place,
                  const Cancellation& cancellation, WalkOptions options = {});

// Opens the folder `name` inside `parent`, but never a link. On failure -1 and errno.
Descriptor open_folder(int parent, const std::string& name, int flags);

// Opens an execution's folder, or one inside it, for reading: not a link, and on the same mount as
// `parent`, because mounted files don't belong to the execution. errno is EXDEV if it is on another
// mount.
Descriptor open_within(int parent, const std::string& name);

// Whether the entry of the open folder `parent` is a folder.
bool is_folder(int parent, const FolderEntry& entry);

// `can't <verb> <place>: <errno's text>` as a storage failure.
Failure file_failure(const char* verb, const std::string& place, int error);

}  // namespace winnow::storage
