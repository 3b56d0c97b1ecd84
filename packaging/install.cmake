# What `cmake --install` puts where, and the packages that `cpack` makes of it. The program finds the
# cases relative to itself, so the tree can be moved.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# Man page and completions are made from the program's own option table.
set(generated ${CMAKE_BINARY_DIR}/generated)
file(MAKE_DIRECTORY ${generated})
set(generated_files)
foreach(kind man bash zsh fish)
  set(file ${generated}/mqttspec.${kind})
  add_custom_command(OUTPUT ${file} COMMAND mqttspec generate ${kind} > ${file}
    DEPENDS mqttspec VERBATIM)
  list(APPEND generated_files ${file})
endforeach()
add_custom_target(generated_texts ALL DEPENDS ${generated_files})

install(TARGETS mqttspec RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(MQTTSPEC_GTEST)
  install(TARGETS mqttspec_gtest RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
set(data ${CMAKE_INSTALL_DATADIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/cases DESTINATION ${data}/mqttspec)
install(FILES ${CMAKE_SOURCE_DIR}/reports/results.schema.json DESTINATION ${data}/mqttspec)
install(FILES ${generated}/mqttspec.man DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 RENAME mqttspec.1)
install(FILES ${generated}/mqttspec.bash DESTINATION ${data}/bash-completion/completions
  RENAME mqttspec)
install(FILES ${generated}/mqttspec.zsh DESTINATION ${data}/zsh/vendor-completions RENAME _mqttspec)
install(FILES ${generated}/mqttspec.fish DESTINATION ${data}/fish/vendor_completions.d)
install(FILES ${CMAKE_SOURCE_DIR}/README.md ${CMAKE_SOURCE_DIR}/CHANGELOG.md
  DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES ${CMAKE_SOURCE_DIR}/packaging/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY ${CMAKE_SOURCE_DIR}/docs DESTINATION ${CMAKE_INSTALL_DOCDIR})

# find_package(mqttspec)
set(config ${CMAKE_INSTALL_LIBDIR}/cmake/mqttspec)
configure_package_config_file(${CMAKE_SOURCE_DIR}/packaging/mqttspecConfig.cmake.in
  ${CMAKE_BINARY_DIR}/mqttspecConfig.cmake INSTALL_DESTINATION ${config}
  PATH_VARS CMAKE_INSTALL_BINDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/mqttspecConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/mqttspecConfig.cmake
  ${CMAKE_BINARY_DIR}/mqttspecConfigVersion.cmake
  ${CMAKE_SOURCE_DIR}/packaging/mqttspecAddTests.cmake DESTINATION ${config})

set(CPACK_PACKAGE_NAME mqttspec)
set(CPACK_PACKAGE_VENDOR "the mqttspec maintainers")
set(CPACK_PACKAGE_CONTACT "mqttspec maintainers <maintainers@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "conformance and fuzz test suite for MQTT brokers")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_STRIP_FILES ON)
set(CPACK_GENERATOR DEB TGZ)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
"Runs scenarios against an MQTT 5.0 or 3.1.1 broker over real connections and
judges every packet by a numbered statement of the standards: sessions, expiry,
queued messages, redelivery, takeover, wills, limits and restarts.")
include(CPack)
