# switchyard_library(NAME SOURCES ... DEPENDS ...)
#
# One static library a room of src/. DEPENDS names the rooms and libraries it may use.
add_library(switchyard_options INTERFACE)
set(switchyard_cxx "$<COMPILE_LANGUAGE:CXX>")
target_compile_options(switchyard_options INTERFACE
  "$<${switchyard_cxx}:-Wall;-Wextra;-Wpedantic;-fno-math-errno>"
  # std::array and the like are constexpr, which makes them callable in kernels.
  "$<$<COMPILE_LANGUAGE:CUDA>:--expt-relaxed-constexpr;-Xcompiler=-Wall,-Wextra>")
target_include_directories(switchyard_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
if(SWITCHYARD_NATIVE)
  target_compile_options(switchyard_options INTERFACE "$<${switchyard_cxx}:-march=native>")
endif()
if(SWITCHYARD_WERROR)
  target_compile_options(switchyard_options INTERFACE "$<${switchyard_cxx}:-Werror>")
endif()
if(SWITCHYARD_SANITIZE)
  target_compile_options(switchyard_options INTERFACE
    "$<${switchyard_cxx}:-fsanitize=${SWITCHYARD_SANITIZE};-fno-omit-frame-pointer;-fno-sanitize-recover=undefined>")
  target_link_options(switchyard_options INTERFACE -fsanitize=${SWITCHYARD_SANITIZE})
endif()

function(switchyard_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(switchyard_${name} STATIC ${ARG_SOURCES})
  target_link_libraries(switchyard_${name} PUBLIC switchyard_options ${ARG_DEPENDS})
endfunction()
