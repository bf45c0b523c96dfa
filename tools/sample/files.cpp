#include "tools/sample/files.h"

#include <filesystem>
#include <fstream>
#include <system_error>

namespace winnow::sample {
namespace {

namespace fs = std::filesystem;

Outcome<void> write_file(const fs::path& path, const std::string& text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) {
    return fail(FailureKind::storage,
                "can't make the folder " + path.parent_path().string() + ": " + error.message());
  }
  std::ofstream stream(path, std::ios::binary);
  stream << text;
  stream.close();
  if (!stream) return fail(FailureKind::storage, "can't write the file " + path.string());
  return {};
}

}  // namespace

Outcome<std::int64_t> write_files(const std::string& base_path, const SampleExecution& execution) {
  if (execution.files.empty()) return 0;
  const auto folder = storage::execution_path(execution.folder());
  if (!folder) return fail(folder.error());
  const fs::path root = fs::path(base_path) / execution.facts.tenant.value_or("") / *folder;
  for (const SampleFile& file : execution.files) {
    const fs::path path = root / file.path;
    if (auto done = write_file(path, "{id: \"" + execution.facts.id + "\"}\n"); !done) {
      return fail(std::move(done.error()));
    }
    if (!file.metadata) continue;
    if (auto done = write_file(path.string() + ".metadata", "{}\n"); !done) {
      return fail(std::move(done.error()));
    }
  }
  return static_cast<std::int64_t>(execution.files.size());
}

}  // namespace winnow::sample
