# Usage: cmake --install build/release [--component coordinator|worker|cli] [--prefix /usr] [--strip]
#
# The programs look for each other beside themselves, and the integrator looks there for the library that FriCAS
# preloads. So they are in a folder of their own, lib/motzkin, and bin has links to the programs that a user types.
function(motzkin_install component)
  cmake_parse_arguments(ARG "" "" "TARGETS;TYPED" ${ARGN})
  install(TARGETS ${ARG_TARGETS} COMPONENT ${component}
          RUNTIME DESTINATION lib/motzkin LIBRARY DESTINATION lib/motzkin)
  foreach(name ${ARG_TYPED})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/links)
    file(CREATE_LINK ../lib/motzkin/${name} ${CMAKE_BINARY_DIR}/links/${name} SYMBOLIC)
    install(FILES ${CMAKE_BINARY_DIR}/links/${name} DESTINATION bin COMPONENT ${component})
  endforeach()
endfunction()

if(MOTZKIN_GRPC)
  motzkin_install(coordinator TARGETS coordinator TYPED coordinator)
  motzkin_install(worker TARGETS worker integrator motzkin_line_zygote TYPED worker)
  motzkin_install(cli TARGETS motzkin TYPED motzkin)
endif()
