# Every target of ours links motzkin_warnings PRIVATE. Generated code does not.
option(MOTZKIN_WERROR "Treat warnings as errors" OFF)
add_library(motzkin_warnings INTERFACE)
target_compile_options(motzkin_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
                       -Wno-unused-parameter $<$<BOOL:${MOTZKIN_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(motzkin_warnings INTERFACE -Wthread-safety -Werror=thread-safety)
endif()
