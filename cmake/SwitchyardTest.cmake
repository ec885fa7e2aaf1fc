# switchyard_test(NAME SOURCES ... DEPENDS ... [RANKS 1 2 ...] [TIMEOUT seconds] [LABEL label]
#                 [WRAPPER command...])
#
# One GoogleTest executable. Without RANKS it is a plain process; with RANKS it runs under mpirun
# once a count, with the main of tests/support/mpi_main.cpp, which owns MPI. A WRAPPER is given the
# command to run; its exit status 77 means skipped.
switchyard_package(GTest)

# What every test is compiled with.
add_library(switchyard_test_options INTERFACE)
target_link_libraries(switchyard_test_options INTERFACE switchyard_options fmt::fmt GTest::gtest)
if(SWITCHYARD_QUICK_BUILD)
  target_compile_options(switchyard_test_options INTERFACE "$<$<CONFIG:Release>:-O1>")
endif()
switchyard_precompile(switchyard_test_headers
  HEADERS <algorithm> <cmath> <cstdint> <filesystem> <functional> <map> <memory> <numeric> <optional>
          <span> <sstream> <string> <string_view> <utility> <vector> <fmt/format.h> <gtest/gtest.h>
  DEPENDS switchyard_test_options)

function(switchyard_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT;LABEL" "SOURCES;DEPENDS;RANKS;WRAPPER" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  set(target test_${name})
  add_executable(${target} ${ARG_SOURCES})
  set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
  target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${target} PRIVATE ${ARG_DEPENDS} switchyard_test_options)
  switchyard_use_precompiled(${target} switchyard_test_headers)
  if(NOT ARG_RANKS)
    target_link_libraries(${target} PRIVATE GTest::gtest_main)
    add_test(NAME ${name} COMMAND ${ARG_WRAPPER} $<TARGET_FILE:${target}>)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABEL}"
                         SKIP_RETURN_CODE 77 ENVIRONMENT "OMP_NUM_THREADS=2")
    return()
  endif()
  target_link_libraries(${target} PRIVATE switchyard_mpi_test_main)
  foreach(ranks IN LISTS ARG_RANKS)
    set(processors 2)
    if(ranks EQUAL 1)
      set(processors 1)
    endif()
    add_test(NAME ${name}.n${ranks}
             COMMAND ${ARG_WRAPPER} ${MPIEXEC_EXECUTABLE} --allow-run-as-root --oversubscribe --bind-to none
                     -n ${ranks} $<TARGET_FILE:${target}>)
    set_tests_properties(${name}.n${ranks} PROPERTIES TIMEOUT ${ARG_TIMEOUT} PROCESSORS ${processors}
                         LABELS "${ARG_LABEL}" SKIP_RETURN_CODE 77 ENVIRONMENT "OMP_NUM_THREADS=1;OMPI_MCA_mpi_yield_when_idle=1;OMPI_MCA_btl_vader_single_copy_mechanism=none")
  endforeach()
endfunction()
