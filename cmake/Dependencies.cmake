# Every library from outside, each found once and given one target name. All are Debian packages;
# `./dev` installs them.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(absl CONFIG REQUIRED)
find_package(Protobuf REQUIRED)  # Module mode: Debian 12 ships no protobuf-config.cmake.
find_package(yaml-cpp CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(spdlog CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
pkg_check_modules(GMPXX REQUIRED IMPORTED_TARGET gmpxx)
pkg_check_modules(SECCOMP REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(PQXX REQUIRED IMPORTED_TARGET libpqxx libpq)
if(MOTZKIN_GRPC)
  find_package(gRPC CONFIG REQUIRED)
endif()
if(MOTZKIN_TESTS)
  find_package(GTest CONFIG REQUIRED)
endif()

# Boost.Process v2 needs 1.81 or newer; it links boost_filesystem.
find_package(Boost 1.81 REQUIRED COMPONENTS filesystem)

# FLINT 3 (Debian 13) swallowed Arb; before it Arb is a library of its own that Debian renames.
find_library(MOTZKIN_FLINT_LIBRARY flint REQUIRED)
find_library(MOTZKIN_ARB_LIBRARY NAMES flint-arb arb)
find_path(MOTZKIN_FLINT3_INCLUDE flint/acb.h)
add_library(motzkin_flint INTERFACE)
target_link_libraries(motzkin_flint INTERFACE PkgConfig::GMPXX)
if(MOTZKIN_FLINT3_INCLUDE)
  target_compile_definitions(motzkin_flint INTERFACE MOTZKIN_FLINT3=1)
  target_link_libraries(motzkin_flint INTERFACE ${MOTZKIN_FLINT_LIBRARY})
else()
  target_link_libraries(motzkin_flint INTERFACE ${MOTZKIN_ARB_LIBRARY} ${MOTZKIN_FLINT_LIBRARY})
endif()

find_library(MOTZKIN_GIAC_LIBRARY giac REQUIRED)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
find_program(MOLD_PROGRAM mold)
if(MOLD_PROGRAM)
  add_link_options(-fuse-ld=mold)
endif()
