# Chooses the compiler of the preset `fuzz`: a clang with libFuzzer's runtime, under the name that Debian gives it
# (package clang: `clang`; clang-14: `clang-14`).
if(DEFINED CACHE{MOTZKIN_FUZZ_SUFFIX})
  set(CMAKE_C_COMPILER clang${MOTZKIN_FUZZ_SUFFIX})
  set(CMAKE_CXX_COMPILER clang++${MOTZKIN_FUZZ_SUFFIX})
  return()
endif()
foreach(suffix "" -21 -20 -19 -18 -17 -16 -15 -14)
  execute_process(
    COMMAND clang++${suffix} -print-file-name=libclang_rt.fuzzer-${CMAKE_HOST_SYSTEM_PROCESSOR}.a
    OUTPUT_VARIABLE archive OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  # The newer layout has no architecture in the name.
  execute_process(COMMAND clang++${suffix} -print-file-name=libclang_rt.fuzzer.a
                  OUTPUT_VARIABLE plain OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(EXISTS "${archive}" OR EXISTS "${plain}")
    set(MOTZKIN_FUZZ_SUFFIX "${suffix}" CACHE INTERNAL "clang${suffix} has libFuzzer")
    set(CMAKE_C_COMPILER clang${suffix})
    set(CMAKE_CXX_COMPILER clang++${suffix})
    return()
  endif()
endforeach()
message(FATAL_ERROR "preset fuzz needs clang with its libFuzzer runtime: apt install clang libclang-rt-dev, "
                    "or clang-14 libclang-rt-14-dev")
