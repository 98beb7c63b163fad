# MOTZKIN_SANITIZE=address,undefined | thread applies to every target, generated code included.
if(MOTZKIN_SANITIZE)
  add_compile_options(-fsanitize=${MOTZKIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MOTZKIN_SANITIZE})
  add_compile_definitions(MOTZKIN_SANITIZE)
endif()
# libFuzzer is steered by the coverage of the code under test, so all of our code is instrumented. Such a build is for
# fuzzing only.
if(MOTZKIN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(MOTZKIN_SANITIZE MATCHES address)
  add_library(motzkin_sanitizer_options OBJECT ${PROJECT_SOURCE_DIR}/tests/support/sanitizer_options.c)
  target_compile_options(motzkin_sanitizer_options PRIVATE -fno-sanitize=all)
  link_libraries(motzkin_sanitizer_options)
endif()
if(MOTZKIN_SANITIZE MATCHES thread)
  # Protobuf's headers lay out their maps differently under ThreadSanitizer, but Debian's library was built without it.
  # So the macro is undefined, except for the standard library, which may know.
  add_compile_options(-U__SANITIZE_THREAD__ -D_GLIBCXX_TSAN=1 -DMOTZKIN_SANITIZE_THREAD)
endif()
# Only builds with ThreadSanitizer link this target. It exists in every build, so that its source is linted.
find_path(MOTZKIN_ABSL_INCLUDE absl/base/options.h REQUIRED)
file(STRINGS ${MOTZKIN_ABSL_INCLUDE}/absl/base/options.h absl_namespace
     REGEX "define ABSL_OPTION_INLINE_NAMESPACE_NAME ")
string(REGEX REPLACE ".* " "" absl_namespace "${absl_namespace}")
string(LENGTH ${absl_namespace} absl_length)
set(absl_mangled 4absl${absl_length}${absl_namespace})
add_library(motzkin_tsan_abseil OBJECT EXCLUDE_FROM_ALL ${PROJECT_SOURCE_DIR}/tests/support/tsan_abseil.cc)
target_compile_definitions(motzkin_tsan_abseil PRIVATE MOTZKIN_ABSL="${absl_mangled}")
if(MOTZKIN_SANITIZE MATCHES thread)
  foreach(method 5Mutex4LockEv 5Mutex6UnlockEv 5Mutex5AwaitERKNS0_9ConditionE 5MutexD1Ev)
    add_link_options(LINKER:--wrap=_ZN${absl_mangled}${method})
  endforeach()
  link_libraries(motzkin_tsan_abseil absl::synchronization)
endif()
