# What `cmake --install` lays out, in three components as the Debian packages have it: winnow (the command), libwinnow1 (the library
# and its manifests, which a host finds without loading code), libwinnow-dev (for those who compile against it).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(WINNOW_MANIFESTS ${CMAKE_INSTALL_DATADIR}/winnow/manifests)
set(WINNOW_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/winnow)

install(TARGETS winnow_cli winnow-sample RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT winnow)
install(FILES LICENSE NOTICE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT libwinnow1)

target_include_directories(winnow_shared INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
set_target_properties(winnow_shared PROPERTIES EXPORT_NAME winnow)
install(TARGETS winnow_shared EXPORT winnow
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT libwinnow1 NAMELINK_COMPONENT libwinnow-dev)
file(GLOB manifests CONFIGURE_DEPENDS manifests/*.yaml)
install(FILES ${manifests} manifests/manifest.schema.json DESTINATION ${WINNOW_MANIFESTS} COMPONENT libwinnow1)

install(FILES abi/winnow.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT libwinnow-dev)
install(EXPORT winnow NAMESPACE winnow:: FILE winnowTargets.cmake DESTINATION ${WINNOW_PACKAGE} COMPONENT libwinnow-dev)
configure_package_config_file(cmake/winnowConfig.cmake.in winnowConfig.cmake
  INSTALL_DESTINATION ${WINNOW_PACKAGE} PATH_VARS WINNOW_MANIFESTS NO_CHECK_REQUIRED_COMPONENTS_MACRO)
write_basic_package_version_file(winnowConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/winnowConfig.cmake ${PROJECT_BINARY_DIR}/winnowConfigVersion.cmake
  DESTINATION ${WINNOW_PACKAGE} COMPONENT libwinnow-dev)

# Found from where the file itself lies, so that an unpacked archive works anywhere.
file(RELATIVE_PATH WINNOW_PREFIX /usr/${CMAKE_INSTALL_LIBDIR}/pkgconfig /usr)
configure_file(cmake/winnow.pc.in winnow.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/winnow.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT libwinnow-dev)
