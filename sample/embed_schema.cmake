# Writes OUTPUT, a C++ file that holds the SQL files of FOLDER as text; run by sample/CMakeLists.txt at build time.
file(GLOB files RELATIVE ${FOLDER} ${FOLDER}/*.sql)
list(SORT files)
set(entries "")
foreach(name IN LISTS files)
  file(READ ${FOLDER}/${name} text)
  string(APPEND entries "    {\"${name}\", R\"_sql_(${text})_sql_\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Made by sample/embed_schema.cmake; don't edit.
#include \"sample/schema_files.h\"

namespace winnow::sample {
namespace {
constexpr SchemaFile kFiles[] = {
${entries}};
}  // namespace

std::span<const SchemaFile> schema_files() { return kFiles; }

}  // namespace winnow::sample
")
