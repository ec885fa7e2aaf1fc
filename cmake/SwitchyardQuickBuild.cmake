# What makes a build from nothing quick: headers that most files include are compiled once, and tests
# are optimised less than programs.
#
# A compiler launcher (ccache) cannot use what it knows then, so with one it is off by default. Off
# also shows that every file includes what it uses.
set(quick ON)
if(CMAKE_CXX_COMPILER_LAUNCHER)
  set(quick OFF)
endif()
option(SWITCHYARD_QUICK_BUILD "Precompile common headers, and optimise tests less" ${quick})
if(SWITCHYARD_QUICK_BUILD)
  # Macros must be the same in all files that use the headers, and the flag of OpenMP sets two.
  target_compile_options(switchyard_options INTERFACE "$<${switchyard_cxx}:${OpenMP_CXX_FLAGS}>")
endif()

# switchyard_precompile(NAME HEADERS ... DEPENDS ...)
#
# Headers for switchyard_use_precompiled, compiled with the options of the targets in DEPENDS.
function(switchyard_precompile name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPENDS" ${ARGN})
  if(NOT SWITCHYARD_QUICK_BUILD)
    return()
  endif()
  set(source ${CMAKE_BINARY_DIR}/precompiled/${name}.cpp)  # CMake wants one
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

function(switchyard_use_precompiled target name)
  if(SWITCHYARD_QUICK_BUILD)
    target_precompile_headers(${target} REUSE_FROM ${name})
  endif()
endfunction()

# The project's libraries and programs of a folder and those below it use the headers `name`.
function(switchyard_use_precompiled_below folder name)
  get_property(targets DIRECTORY ${folder} PROPERTY BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    if(target MATCHES "^(switchyard|parity)" AND type MATCHES "STATIC_LIBRARY|EXECUTABLE")
      switchyard_use_precompiled(${target} ${name})
    endif()
  endforeach()
  get_property(below DIRECTORY ${folder} PROPERTY SUBDIRECTORIES)
  foreach(one IN LISTS below)
    switchyard_use_precompiled_below(${one} ${name})
  endforeach()
endfunction()

switchyard_precompile(switchyard_headers
  HEADERS <algorithm> <chrono> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <numeric>
          <optional> <set> <span> <sstream> <string> <string_view> <utility> <vector> <fmt/format.h>
  DEPENDS switchyard_options fmt::fmt)
