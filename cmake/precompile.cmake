# Parses once what nearly every file includes: most of the time of compiling winnow goes there. Two precompiled headers
# serve all, because code for a library and code for a program are compiled with other flags. A file still includes
# what it uses: the presets without WINNOW_PRECOMPILE show when it doesn't.
set(WINNOW_PRECOMPILED <algorithm> <functional> <map> <memory> <optional> <regex> <string> <vector> <nlohmann/json.hpp>
    <tl/expected.hpp>)

file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "int main() { return 0; }\n")

function(winnow_precompiled_target name kind)
  if(kind STREQUAL "EXECUTABLE")
    add_executable(${name} ${PROJECT_BINARY_DIR}/precompiled.cpp)
    target_link_libraries(${name} PRIVATE GTest::gtest GTest::gmock)
    target_precompile_headers(${name} PRIVATE <gmock/gmock.h> <gtest/gtest.h>)
  else()
    add_library(${name} STATIC ${PROJECT_BINARY_DIR}/precompiled.cpp)
  endif()
  target_link_libraries(${name} PRIVATE winnow_options nlohmann_json::nlohmann_json tl::expected)
  target_precompile_headers(${name} PRIVATE ${WINNOW_PRECOMPILED})
endfunction()

# Gives them to every C++ target of the folder and of those below it.
function(winnow_precompile folder)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(kind ${target} TYPE)
    get_target_property(sources ${target} SOURCES)
    if(target MATCHES "^winnow_precompiled" OR NOT sources MATCHES "\\.cpp")
      continue()
    elseif(kind STREQUAL "EXECUTABLE")
      get_target_property(libraries ${target} LINK_LIBRARIES)
      if(libraries MATCHES "GTest")  # the others are a few small files
        target_precompile_headers(${target} REUSE_FROM winnow_precompiled_programs)
      endif()
    elseif(kind MATCHES "^(STATIC|SHARED)_LIBRARY$")
      target_precompile_headers(${target} REUSE_FROM winnow_precompiled_libraries)
    endif()
  endforeach()
  get_property(below DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(each IN LISTS below)
    winnow_precompile(${each})
  endforeach()
endfunction()

if(WINNOW_TESTS)
  winnow_precompiled_target(winnow_precompiled_programs EXECUTABLE)
endif()
winnow_precompiled_target(winnow_precompiled_libraries STATIC)
winnow_precompile(${PROJECT_SOURCE_DIR})
