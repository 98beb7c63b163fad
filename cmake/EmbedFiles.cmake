# motzkin_embed_files(TARGET HEADER name.h NAMESPACE a::b FILES f...)
#
# Compiles files into TARGET. The generated header has a constant for each file, named after it, so that the use of a
# missing file does not compile. It also has a table of all files, in the given order:
#
#   inline constexpr std::string_view kLockJob = ...;       // lock_job.sql
#   struct EmbeddedFile { std::string_view name, text; };   // name: the file's name without folders
#   inline constexpr EmbeddedFile kFiles[] = {...};
#
# Each file is split into raw string literals of at most 8,000 characters, which every compiler accepts.
function(motzkin_embed_files target)
  cmake_parse_arguments(ARG "" "HEADER;NAMESPACE" "FILES" ${ARGN})
  set(header ${CMAKE_CURRENT_BINARY_DIR}/embedded/${ARG_HEADER})
  add_custom_command(
    OUTPUT ${header}
    COMMAND ${CMAKE_COMMAND} -DHEADER=${header} -DNAMESPACE=${ARG_NAMESPACE} "-DFILES=${ARG_FILES}"
            -P ${PROJECT_SOURCE_DIR}/cmake/EmbedFilesScript.cmake
    DEPENDS ${ARG_FILES} ${PROJECT_SOURCE_DIR}/cmake/EmbedFilesScript.cmake
    VERBATIM)
  add_custom_target(generate_${ARG_HEADER} DEPENDS ${header})
  add_dependencies(generated generate_${ARG_HEADER})
  target_sources(${target} PRIVATE ${header})
  target_include_directories(${target} PUBLIC ${CMAKE_CURRENT_BINARY_DIR}/embedded)
endfunction()
