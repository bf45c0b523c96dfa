# The toolchain of the portable builds: libraries and programs that run on any Linux with glibc 2.28 or later. packaging/toolchain
# installs it, packaging/clients compiles the client libraries; scripts/shared/portable.sh hands over where both lie:
#   WINNOW_TOOLCHAIN  the compiler's folder
#   WINNOW_ARCH       x86_64 or aarch64
#   WINNOW_CLIENTS    the folders of the client libraries, separated by `;`
foreach(name WINNOW_TOOLCHAIN WINNOW_ARCH WINNOW_CLIENTS)
  if(DEFINED ENV{${name}})  # else the cache has it: CMake configures again on its own
    set(${name} "$ENV{${name}}")
  endif()
  set(${name} "${${name}}" CACHE STRING "of the portable build" FORCE)
endforeach()
# CMake asks again in projects of its own, which know these variables alone.
set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WINNOW_TOOLCHAIN WINNOW_ARCH WINNOW_CLIENTS)

set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${WINNOW_ARCH})
foreach(tool C_COMPILER:clang CXX_COMPILER:clang++ AR:ar RANLIB:ranlib)
  string(REPLACE ":" ";" tool ${tool})
  list(GET tool 0 variable)
  list(GET tool 1 program)
  set(CMAKE_${variable} ${WINNOW_TOOLCHAIN}/bin/${WINNOW_ARCH}-linux-gnu-${program})
endforeach()
# What the release uses of the compiler beside what its programs always do (packaging/toolchain/install.sh).
# Paths are those inside of the source, so that two checkouts give the same bytes.
set(release "-O2 -DNDEBUG -ffunction-sections -fdata-sections -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
set(CMAKE_C_FLAGS_RELEASE_INIT ${release})
set(CMAKE_CXX_FLAGS_RELEASE_INIT ${release})
foreach(kind EXE SHARED MODULE)
  set(CMAKE_${kind}_LINKER_FLAGS_INIT "-Wl,--gc-sections -Wl,-z,relro,-z,now -s")
endforeach()

# Nothing of the machine that builds: its headers are of another glibc.
set(CMAKE_FIND_ROOT_PATH ${WINNOW_CLIENTS} ${WINNOW_TOOLCHAIN})
foreach(kind LIBRARY INCLUDE PACKAGE)
  set(CMAKE_FIND_ROOT_PATH_MODE_${kind} ONLY)
endforeach()
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_PREFIX_PATH ${WINNOW_CLIENTS})
list(TRANSFORM WINNOW_CLIENTS APPEND /lib/pkgconfig OUTPUT_VARIABLE pkgconfig)
list(JOIN pkgconfig ":" pkgconfig)
set(ENV{PKG_CONFIG_LIBDIR} "/nonexistent:${pkgconfig}")
