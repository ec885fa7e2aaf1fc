# Configures base/build_info.cpp with the state of the checkout. As a script (cmake -P) it runs on
# every build, so the hash is that of the commit that is built, and rewrites the file only if
# something changed.
find_package(Git QUIET)
set(SWITCHYARD_GIT_HASH unknown)
if(GIT_FOUND)
  execute_process(COMMAND ${GIT_EXECUTABLE} describe --always --dirty --abbrev=12 --exclude=*
                  WORKING_DIRECTORY ${SOURCE_DIR} OUTPUT_VARIABLE described
                  OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE failed)
  if(NOT failed)
    set(SWITCHYARD_GIT_HASH ${described})
  endif()
endif()
configure_file(${SOURCE_DIR}/src/base/build_info.cpp.in ${OUTPUT} @ONLY)
