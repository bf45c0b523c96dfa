// A folder of the test's own below the system's folder for temporary files, with a storage's base
// path in it.
#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX
#include <string>

#include <gtest/gtest.h>

#include "storage/local.h"

namespace winnow::tests {

namespace fs = std::filesystem;

class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "winnow-storage-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("no folder for the test");
    root_ = name;
    fs::create_directory(base());
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  const fs::path& root() const { return root_; }
  fs::path base() const { return root_ / "storage"; }

  // Makes a file below the base path, with its folders.
  fs::path file(const fs::path& below_base) const {
    fs::path path = base() / below_base;
    fs::create_directories(path.parent_path());
    std::ofstream(path) << "content";
    return path;
  }

  std::unique_ptr<storage::Storage> storage() const {
    auto opened = storage::open_local(base().string());
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }

 private:
  fs::path root_;
};

inline storage::ExecutionFolder folder(const std::string& execution,
                                       const std::string& name_space = "company.team",
                                       const std::string& flow = "flow") {
  return {.tenant = "main", .name_space = name_space, .flow = flow, .execution = execution};
}

inline storage::Removed remove_one(storage::Storage& storage,
                                   const storage::ExecutionFolder& which) {
  const Cancellation cancellation;
  return storage.remove({&which, 1}, cancellation).at(0);
}

inline storage::Removed count_one(storage::Storage& storage,
                                  const storage::ExecutionFolder& which) {
  const Cancellation cancellation;
  return storage.count({&which, 1}, cancellation).at(0);
}

inline std::string message_of(const storage::Removed& removed) {
  return removed.failure ? removed.failure->message : "(no failure)";
}

}  // namespace winnow::tests
