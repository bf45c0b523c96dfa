// The SQL files of sample/schema/, compiled in by sample/CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

namespace winnow::sample {

struct SchemaFile {
  std::string_view name;  // "postgres-1.1.sql"
  std::string_view text;
};

std::span<const SchemaFile> schema_files();

}  // namespace winnow::sample
