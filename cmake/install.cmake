# find_package(lince) gives lince::lince, the shared library; the static one is for pkg-config --static, which knows what
# it needs.
include(CMakePackageConfigHelpers)
install(TARGETS lince ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(TARGETS lince_shared EXPORT lince LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT lince NAMESPACE lince:: FILE lince-config.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lince)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/lince-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${PROJECT_BINARY_DIR}/lince-config-version.cmake DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/lince)
if(TARGET lince_mpi)
  install(TARGETS lince_mpi LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/lince)
endif()
if(TARGET lince_cli)
  install(TARGETS lince_cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/lince DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
# The pkg-config file finds its prefix from where it lies: the tree may be moved.
file(RELATIVE_PATH LINCE_PC_PREFIX /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" LINCE_PC_PREFIX "${LINCE_PC_PREFIX}")
set(LINCE_PC_MODULES ${LINCE_MODULES} ${LINCE_SOUND_MODULES})
list(JOIN LINCE_PC_MODULES " " LINCE_PC_MODULES)
configure_file(${PROJECT_SOURCE_DIR}/cmake/lince.pc.in ${PROJECT_BINARY_DIR}/lince.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/lince.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${PROJECT_SOURCE_DIR}/man/lince.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${PROJECT_SOURCE_DIR}/completions/lince.bash
  DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME lince)
install(FILES ${PROJECT_SOURCE_DIR}/completions/_lince DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${PROJECT_SOURCE_DIR}/completions/lince.fish
  DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
