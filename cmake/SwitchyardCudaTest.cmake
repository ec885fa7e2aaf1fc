# Tests of code for CUDA devices, on a device and on the emulation (tests/support/cuda_emulation).

# Replaces targets (switchyard_<name>) that are built for CUDA by their emulated twins.
function(switchyard_emulated_names result)
  get_property(libraries GLOBAL PROPERTY SWITCHYARD_CUDA_LIBRARIES)
  set(names "")
  foreach(target IN LISTS ARGN)
    string(REGEX REPLACE "^switchyard_" "" name ${target})
    if(name IN_LIST libraries)
      string(APPEND target _emulated)
    endif()
    list(APPEND names ${target})
  endforeach()
  set(${result} ${names} PARENT_SCOPE)
endfunction()

# switchyard_cuda_test(NAME SOURCES ... DEPENDS ... [RANKS 1 2 ...] [DEVICE_PER_RANK] [TIMEOUT s])
#
# Like switchyard_test, but two of them, labelled `emulated` and `gpu`:
#   <name>.emulated  without a device; where there are no RANKS also as <name>.emulated_late, with
#                    work of streams put off until something waits for it and threads backwards
#   <name>.gpu       on a device; skipped where there is none, or failed with SWITCHYARD_REQUIRE_GPU=1
# DEPENDS names targets as for switchyard_test. DEVICE_PER_RANK: each rank wants one of its own.
function(switchyard_cuda_test name)
  if(NOT SWITCHYARD_HAS_CUDA)
    return()
  endif()
  cmake_parse_arguments(ARG "DEVICE_PER_RANK" "TIMEOUT" "SOURCES;DEPENDS;RANKS" ${ARGN})
  set(common SOURCES ${ARG_SOURCES} RANKS ${ARG_RANKS} TIMEOUT ${ARG_TIMEOUT})

  switchyard_emulated_names(emulated ${ARG_DEPENDS})
  switchyard_test(${name}.emulated ${common} DEPENDS ${emulated} LABEL emulated)
  switchyard_test(${name}.gpu ${common} DEPENDS ${ARG_DEPENDS} LABEL gpu
                  WRAPPER ${CMAKE_SOURCE_DIR}/tests/support/with_gpu.sh $<TARGET_FILE:cuda_probe>)
  if(NOT ARG_RANKS)
    add_test(NAME ${name}.emulated_late COMMAND test_${name}.emulated)
    get_test_property(${name}.emulated TIMEOUT timeout)
    set_tests_properties(${name}.emulated_late PROPERTIES LABELS emulated TIMEOUT ${timeout}
                         ENVIRONMENT "OMP_NUM_THREADS=2;CUDA_EMULATION_LAZY=1;CUDA_EMULATION_ORDER=reverse")
  elseif(ARG_DEVICE_PER_RANK)
    foreach(ranks IN LISTS ARG_RANKS)
      set_property(TEST ${name}.emulated.n${ranks} APPEND PROPERTY ENVIRONMENT
                   CUDA_EMULATION_DEVICES=${ranks})
      set_property(TEST ${name}.gpu.n${ranks} APPEND PROPERTY ENVIRONMENT
                   SWITCHYARD_TEST_DEVICES=${ranks})
    endforeach()
  endif()
endfunction()
