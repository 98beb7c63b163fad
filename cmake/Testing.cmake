# motzkin_test(NAME SOURCES a.cc... LINK targets... [WHOLE] [LABELS l...] [TIMEOUT seconds] [DATA files])
#
# Builds one GoogleTest binary. Without WHOLE, each TEST is a ctest test of its own. With WHOLE the binary is one ctest
# test, for suites that share a costly fixture such as a private Postgres server.
#
# LABELS platform is for tests of things that may behave otherwise on another release of Debian or another processor:
# engines, ball arithmetic, the golden file, sandbox, libpqxx, Postgres, a cluster. Target `platform_tests` builds those
# tests alone.
# An emulated computer is slow, so the preset for it gives every test a multiple of its time.
set(MOTZKIN_TEST_PATIENCE 1 CACHE STRING "Multiplies the TIMEOUT of every test")

function(motzkin_test name)
  if(NOT MOTZKIN_TESTS)
    return()
  endif()
  cmake_parse_arguments(ARG "WHOLE" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${MOTZKIN_TEST_PATIENCE}")
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} motzkin_warnings GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE MOTZKIN_SOURCE_DIR="${PROJECT_SOURCE_DIR}"
                             MOTZKIN_BIN_DIR="${CMAKE_RUNTIME_OUTPUT_DIRECTORY}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  if("platform" IN_LIST ARG_LABELS)
    add_dependencies(platform_tests ${name})
  endif()
  if(ARG_WHOLE)
    add_test(NAME ${name} COMMAND ${name})
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  else()
    gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST
                         PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
  endif()
endfunction()

if(MOTZKIN_TESTS)
  enable_testing()
  add_custom_target(platform_tests)
  include(GoogleTest)
endif()
