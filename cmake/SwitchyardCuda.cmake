# The CUDA part: found or left out.
#
# SWITCHYARD_CUDA=AUTO builds it where nvcc, cuDNN and NCCL are there, ON insists, OFF leaves it out.
# CUDNN_ROOT and NCCL_ROOT name places to look in (a Python environment's nvidia/cudnn, say).
set(SWITCHYARD_CUDA AUTO CACHE STRING "Build the CUDA backend: AUTO, ON or OFF")
set(SWITCHYARD_HAS_CUDA OFF)
if(NOT CMAKE_CUDA_ARCHITECTURES)
  set(CMAKE_CUDA_ARCHITECTURES 80 90)
endif()

function(switchyard_without_cuda reason)
  if(SWITCHYARD_CUDA STREQUAL "ON")
    message(FATAL_ERROR "SWITCHYARD_CUDA=ON, but ${reason}. Install what is missing, point CUDACXX, "
                        "CUDNN_ROOT or NCCL_ROOT at it, or build with -DSWITCHYARD_CUDA=OFF.")
  endif()
  message(STATUS "Without CUDA: ${reason}")
endfunction()

# An imported target of a library and a header that lie under ROOT or in the usual places.
function(switchyard_cuda_dependency target header library)
  string(TOUPPER ${target} upper)
  find_path(${upper}_INCLUDE_DIR ${header} HINTS ${${upper}_ROOT} $ENV{${upper}_ROOT}
            ${CUDAToolkit_INCLUDE_DIRS} PATH_SUFFIXES include)
  # Python's packages have the versioned name alone.
  find_library(${upper}_LIBRARY NAMES ${library} ${ARGN} HINTS ${${upper}_ROOT} $ENV{${upper}_ROOT}
               ${CUDAToolkit_LIBRARY_DIR} PATH_SUFFIXES lib lib64)
  if(${upper}_INCLUDE_DIR AND ${upper}_LIBRARY)
    add_library(CUDA::${target} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(CUDA::${target} PROPERTIES IMPORTED_LOCATION ${${upper}_LIBRARY}
                          INTERFACE_INCLUDE_DIRECTORIES ${${upper}_INCLUDE_DIR})
  endif()
endfunction()

macro(switchyard_find_cuda)
  include(CheckLanguage)
  # Where the toolkit's installer puts it, on the PATH or not.
  if(NOT CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX})
    find_program(SWITCHYARD_NVCC nvcc HINTS /usr/local/cuda/bin)
    if(SWITCHYARD_NVCC)
      set(CMAKE_CUDA_COMPILER ${SWITCHYARD_NVCC})
    endif()
  endif()
  check_language(CUDA)
  if(NOT CMAKE_CUDA_COMPILER)
    switchyard_without_cuda("no CUDA compiler (nvcc) was found")
  else()
    enable_language(CUDA)
    set(CMAKE_CUDA_STANDARD 20)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know it of nvcc
      set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
      set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION -std=c++20)
    endif()
    find_package(CUDAToolkit REQUIRED)
    switchyard_cuda_dependency(cudnn cudnn.h cudnn libcudnn.so.9)
    switchyard_cuda_dependency(nccl nccl.h nccl libnccl.so.2)
    if(NOT TARGET CUDA::cudnn)
      switchyard_without_cuda("cuDNN 9 (cudnn.h, libcudnn) was not found")
    elseif(NOT TARGET CUDA::nccl)
      switchyard_without_cuda("NCCL (nccl.h, libnccl) was not found")
    else()
      set(SWITCHYARD_HAS_CUDA ON)
      message(STATUS "With CUDA ${CUDAToolkit_VERSION} for architectures ${CMAKE_CUDA_ARCHITECTURES}")
    endif()
  endif()
endmacro()

if(NOT SWITCHYARD_CUDA STREQUAL "OFF")
  switchyard_find_cuda()
endif()

# switchyard_cuda_library(NAME SOURCES ... DEPENDS ... LIBRARIES ...)
#
# The CUDA part of a room: .cu files for kernels, .cpp files for all else. DEPENDS names rooms,
# LIBRARIES those of the CUDA toolkit. What it is made of is remembered for the emulation, which
# builds the kernels without nvcc (tests/support/cuda_emulation).
function(switchyard_cuda_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LIBRARIES" ${ARGN})
  if(NOT SWITCHYARD_HAS_CUDA)
    return()
  endif()
  switchyard_library(${name} SOURCES ${ARG_SOURCES} DEPENDS ${ARG_DEPENDS})
  target_link_libraries(switchyard_${name} PUBLIC CUDA::cudart_static ${ARG_LIBRARIES})
  set_target_properties(switchyard_${name} PROPERTIES CUDA_ARCHITECTURES
                        "${CMAKE_CUDA_ARCHITECTURES}")
  list(TRANSFORM ARG_SOURCES PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set_property(GLOBAL APPEND PROPERTY SWITCHYARD_CUDA_LIBRARIES ${name})
  set_property(GLOBAL PROPERTY SWITCHYARD_CUDA_${name}_SOURCES ${ARG_SOURCES})
  set_property(GLOBAL PROPERTY SWITCHYARD_CUDA_${name}_DEPENDS ${ARG_DEPENDS})
endfunction()
