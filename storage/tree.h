// Removes or counts the files of one folder and all below it, from its descriptor downwards and
// never through a link.
#pragma once

#include <string>

#include "storage/descriptor.h"
#include "storage/folder_reader.h"
#include "storage/storage.h"

namespace winnow::storage {

enum class TreeAction { remove, count };

struct WalkOptions {
  // The folder, opened for reading; else it is opened by its name.
  Descriptor opened = {};
  // Set to the last change of any file, link or folder that was seen.
  document::Instant* newest = nullptr;
  // A folder on which something is mounted is not entered, and no failure: who only looks for
  // folders is none the wiser for what lies there.
  bool passes_mounts = false;
  // Set where a folder inside is one of other files of Kestra (is_of_others).
  bool* is_of_others = nullptr;
};

// Works on the folder `name` inside the folder `parent` (an open descriptor). `place` is the path
// of `name` for messages. Ends at the first file that can't be removed. Holds few descriptors at
// any depth.
Removed walk_tree(TreeAction action, int parent, const std::string& name, const std::string& place,
                  const Cancellation& cancellation, WalkOptions options = {});

// Opens the folder `name` inside `parent` and never a link. -1 and errno where that can't be.
Descriptor open_folder(int parent, const std::string& name, int flags);

// Opens a folder for reading that is an execution's own, or inside of one: no link, and on the same
// mount as `parent`, since whatever somebody mounted there is no file of the execution's. errno is
// EXDEV where it is on another.
Descriptor open_within(int parent, const std::string& name);

// Whether the entry of the open folder `parent` is a folder.
bool is_folder(int parent, const FolderEntry& entry);

// `can't <verb> <place>: <errno's text>` as a storage failure.
Failure file_failure(const char* verb, const std::string& place, int error);

}  // namespace winnow::storage
