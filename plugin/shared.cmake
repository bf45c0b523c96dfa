# What stands behind the contract, and the shared library that exports it. entry.cpp is compiled into the library
# itself: what comes from static libraries is hidden there.
target_sources(winnow_plugin PRIVATE
  answers.cpp build_info.cpp host_storage.cpp instance.cpp job.cpp job_thread.cpp)
target_link_libraries(winnow_plugin PUBLIC winnow_tasks winnow_storage winnow_database winnow_document Threads::Threads)
target_compile_definitions(winnow_plugin PRIVATE
  WINNOW_VERSION="${PROJECT_VERSION}"
  WINNOW_COMPILER="${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")

add_library(winnow_shared SHARED entry.cpp)
target_link_libraries(winnow_shared PRIVATE winnow_plugin)
target_compile_definitions(winnow_shared PRIVATE WINNOW_BUILDING)
target_link_options(winnow_shared PRIVATE
  -Wl,--version-script=${PROJECT_SOURCE_DIR}/abi/winnow.map -Wl,--exclude-libs,ALL
  # Stays loaded once it was: libmariadb keeps a pointer to the gate (database/mysql/mysql_gate.h), and may outlive it in
  # a host that uses libmariadb itself.
  -Wl,-z,nodelete)
if(NOT WINNOW_SANITIZE)
  # A sanitizer's runtime comes with the program that loads the library.
  target_link_options(winnow_shared PRIVATE -Wl,-z,defs)
endif()
set_target_properties(winnow_shared PROPERTIES
  OUTPUT_NAME winnow
  VERSION 1.0.0
  SOVERSION 1
  LINK_DEPENDS ${PROJECT_SOURCE_DIR}/abi/winnow.map)
