# Tests of code for CUDA devices, on a device and on the emulation (tests/support/cuda_emulation).
option(SWITCHYARD_CUDA_EMULATION "Also run the CUDA backend's tests on emulated devices" ON)
set(SWITCHYARD_CUDA_KINDS gpu)
if(SWITCHYARD_CUDA_EMULATION)
  list(APPEND SWITCHYARD_CUDA_KINDS emulated)
endif()

# The names of the twins of targets on the emulation: a CUDA library's has the same objects, but
# kernels by the host's compiler; any other static library that needs such a one is linked as it is,
# with twins of its needs; what needs none is its own twin.
function(switchyard_emulated_names result)
  set(names "")
  foreach(target IN LISTS ARGN)
    switchyard_emulated_name(name ${target})
    list(APPEND names ${name})
  endforeach()
  set(${result} ${names} PARENT_SCOPE)
endfunction()

function(switchyard_emulated_name result target)
  if(target MATCHES "^\\$<LINK_ONLY:(.*)>$")
    switchyard_emulated_name(twin ${CMAKE_MATCH_1})
    set(${result} "$<LINK_ONLY:${twin}>" PARENT_SCOPE)
    return()
  endif()
  get_property(libraries GLOBAL PROPERTY SWITCHYARD_CUDA_LIBRARIES)
  string(REGEX REPLACE "^switchyard_" "" name ${target})
  if(name IN_LIST libraries OR TARGET ${target}_emulated)
    set(${result} ${target}_emulated PARENT_SCOPE)
    return()
  endif()
  set(${result} ${target} PARENT_SCOPE)
  if(NOT TARGET ${target})
    return()
  endif()
  get_target_property(type ${target} TYPE)
  get_target_property(imported ${target} IMPORTED)
  if(imported OR NOT type STREQUAL "STATIC_LIBRARY")
    return()
  endif()
  get_target_property(needs ${target} INTERFACE_LINK_LIBRARIES)
  switchyard_emulated_names(twins ${needs})
  if(needs AND NOT twins STREQUAL needs)
    switchyard_link_with(${target} ${twins})
    set(${result} ${target}_emulated PARENT_SCOPE)
  endif()
endfunction()

# <target>_emulated: the same archive, with other needs.
function(switchyard_link_with target)
  get_target_property(folder ${target} BINARY_DIR)
  get_target_property(includes ${target} INTERFACE_INCLUDE_DIRECTORIES)
  add_library(${target}_emulated STATIC IMPORTED GLOBAL)
  set_target_properties(${target}_emulated PROPERTIES
    IMPORTED_LOCATION ${folder}/${CMAKE_STATIC_LIBRARY_PREFIX}${target}${CMAKE_STATIC_LIBRARY_SUFFIX}
    INTERFACE_LINK_LIBRARIES "${ARGN}")
  if(includes)
    target_include_directories(${target}_emulated INTERFACE ${includes})
  endif()
  add_dependencies(${target}_emulated ${target})
endfunction()

# <program>_emulated: a program of src/ on the emulation, of the same objects.
function(switchyard_emulated_program program)
  get_target_property(needs ${program} LINK_LIBRARIES)
  switchyard_emulated_names(twins ${needs})
  add_executable(${program}_emulated $<TARGET_OBJECTS:${program}>)
  set_target_properties(${program}_emulated PROPERTIES LINKER_LANGUAGE CXX)
  target_link_libraries(${program}_emulated PRIVATE ${twins})
endfunction()

# A test that is skipped, or fails, unless there are so many devices.
function(switchyard_wants_devices test devices)
  set_property(TEST ${test} APPEND PROPERTY ENVIRONMENT SWITCHYARD_TEST_DEVICES=${devices})
  if(devices GREATER 1)
    set_property(TEST ${test} APPEND PROPERTY LABELS several_gpus)
  endif()
endfunction()

# switchyard_cuda_test(NAME SOURCES ... DEPENDS ... [RANKS 1 2 ...] [DEVICE_PER_RANK] [TIMEOUT s])
#
# Like switchyard_test, but two of them, labelled `emulated` and `gpu`:
#   <name>.emulated  without a device; where there are no RANKS also as <name>.emulated_late, with
#                    work of streams put off until something waits for it and threads backwards
#   <name>.gpu       on a device; skipped where there is none, or failed with SWITCHYARD_REQUIRE_GPU=1
# DEPENDS names targets as for switchyard_test. DEVICE_PER_RANK: each rank wants one of its own; where
# that makes several the test is labelled `several_gpus` too.
function(switchyard_cuda_test name)
  if(NOT SWITCHYARD_HAS_CUDA)
    return()
  endif()
  cmake_parse_arguments(ARG "DEVICE_PER_RANK" "TIMEOUT" "SOURCES;DEPENDS;RANKS" ${ARGN})
  set(common RANKS ${ARG_RANKS} TIMEOUT ${ARG_TIMEOUT})

  switchyard_test(${name}.gpu SOURCES ${ARG_SOURCES} ${common} DEPENDS ${ARG_DEPENDS} LABEL gpu
                  WRAPPER ${CMAKE_SOURCE_DIR}/tests/support/with_gpu.sh $<TARGET_FILE:cuda_probe>)
  if(ARG_DEVICE_PER_RANK)
    foreach(ranks IN LISTS ARG_RANKS)
      switchyard_wants_devices(${name}.gpu.n${ranks} ${ranks})
    endforeach()
  endif()

  if(NOT SWITCHYARD_CUDA_EMULATION)
    return()
  endif()
  switchyard_emulated_names(emulated ${ARG_DEPENDS})
  switchyard_test(${name}.emulated SOURCES $<TARGET_OBJECTS:test_${name}.gpu> ${common}
                  DEPENDS ${emulated} LABEL emulated)
  if(NOT ARG_RANKS)
    add_test(NAME ${name}.emulated_late COMMAND test_${name}.emulated)
    get_test_property(${name}.emulated TIMEOUT timeout)
    set_tests_properties(${name}.emulated_late PROPERTIES LABELS emulated TIMEOUT ${timeout}
                         ENVIRONMENT "OMP_NUM_THREADS=2;CUDA_EMULATION_LAZY=1;CUDA_EMULATION_ORDER=reverse")
  elseif(ARG_DEVICE_PER_RANK)
    foreach(ranks IN LISTS ARG_RANKS)
      set_property(TEST ${name}.emulated.n${ranks} APPEND PROPERTY ENVIRONMENT
                   CUDA_EMULATION_DEVICES=${ranks})
    endforeach()
  endif()
endfunction()
