# Every library Switchyard builds on. A missing one is named, with the command that installs it.
function(switchyard_missing what)
  message(FATAL_ERROR "Switchyard needs ${what}, which was not found (the packages are listed in "
                      "launch/packages.txt); run ./launch/setup to install what is missing.")
endfunction()

macro(switchyard_package name)
  find_package(${name} QUIET ${ARGN})
  if(NOT ${name}_FOUND)
    switchyard_missing(${name})
  endif()
endmacro()

# The folder of a header, in `variable`; further arguments are subfolders to look in.
function(switchyard_header variable header)
  find_path(${variable} ${header} PATH_SUFFIXES ${ARGN})
  if(NOT ${variable})
    switchyard_missing(${header})
  endif()
endfunction()

switchyard_package(MPI COMPONENTS CXX)
switchyard_package(OpenMP COMPONENTS CXX)
switchyard_package(Threads)
switchyard_package(ZLIB)
switchyard_package(Boost COMPONENTS program_options)
switchyard_package(nlohmann_json)
switchyard_package(Eigen3 NO_MODULE)
switchyard_package(fmt)
switchyard_package(spdlog)
switchyard_header(RANDOM123_INCLUDE_DIR Random123/philox.h)

# Not through the package's own CMake files: Debian's ask for OpenCL, which nothing here needs.
switchyard_header(DNNL_INCLUDE_DIR dnnl.hpp)
find_library(DNNL_LIBRARY dnnl)
if(NOT DNNL_LIBRARY)
  switchyard_missing("oneDNN (libdnnl)")
endif()
add_library(DNNL::dnnl UNKNOWN IMPORTED)
set_target_properties(DNNL::dnnl PROPERTIES IMPORTED_LOCATION ${DNNL_LIBRARY}
                      INTERFACE_INCLUDE_DIRECTORIES ${DNNL_INCLUDE_DIR})

set(BLA_VENDOR OpenBLAS)
switchyard_package(BLAS)
switchyard_header(CBLAS_INCLUDE_DIR cblas.h openblas ${CMAKE_LIBRARY_ARCHITECTURE}
                  ${CMAKE_LIBRARY_ARCHITECTURE}/openblas-openmp)
