# MOTZKIN_SANITIZE=address,undefined | thread applies to every target, generated code included.
if(MOTZKIN_SANITIZE)
  add_compile_options(-fsanitize=${MOTZKIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${MOTZKIN_SANITIZE})
endif()
