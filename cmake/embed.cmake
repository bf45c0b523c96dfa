# Text files compiled into a library, so that it works alone.
#
#   winnow_embed(TARGET winnow_plugin_builtin NAMESPACE winnow::plugin HEADER "plugin/builtin/manifests.h"
#                FUNCTION builtin_manifests FILES a.yaml b.yaml)
#
# HEADER declares `std::span<const document::EmbeddedFile> FUNCTION();`. The files are in the order of FILES.
function(winnow_embed)
  cmake_parse_arguments(PARSE_ARGV 0 embed "" "TARGET;NAMESPACE;HEADER;FUNCTION" "FILES")
  set(entries "")
  foreach(file IN LISTS embed_FILES)
    get_filename_component(path ${file} ABSOLUTE)
    get_filename_component(name ${file} NAME)
    file(READ ${path} text)
    string(APPEND entries "    {\"${name}\", R\"_embed_(${text})_embed_\"},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  endforeach()
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${embed_FUNCTION}.cpp)
  # Writes only what has changed, so that configuring again does not build again.
  file(GENERATE OUTPUT ${output} CONTENT "// Made by cmake/embed.cmake; don't edit.
#include \"${embed_HEADER}\"

namespace ${embed_NAMESPACE} {
std::span<const document::EmbeddedFile> ${embed_FUNCTION}() {
  static constexpr document::EmbeddedFile kFiles[] = {
${entries}};
  return kFiles;
}

}  // namespace ${embed_NAMESPACE}
")
  target_sources(${embed_TARGET} PRIVATE ${output})
endfunction()
