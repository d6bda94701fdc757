# `cmake --build build/release --target lint` runs every check of scripts/lint.
file(GLOB lint_checks CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scripts/lint/check-*)
set(lint_targets "")
foreach(check ${lint_checks})
  get_filename_component(name ${check} NAME)
  add_custom_target(${name} COMMAND ${check} ${CMAKE_BINARY_DIR} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} USES_TERMINAL)
  list(APPEND lint_targets ${name})
endforeach()
add_custom_target(lint DEPENDS ${lint_targets})
