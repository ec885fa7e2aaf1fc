// Exits with 0 where this machine has as many CUDA devices as asked for, with 77 and the reason
// where it has not, with 1 instead where SWITCHYARD_REQUIRE_GPU=1 asks for one at least.
//   cuda_probe [devices]

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "device/cuda/cuda_device.hpp"

int main(int argc, char** argv) {
  const int wanted = argc > 1 ? std::atoi(argv[1]) : 1;
  const switchyard::CudaSurvey survey = switchyard::survey_cuda_devices();
  if (!survey.problem.empty()) {
    const char* required = std::getenv("SWITCHYARD_REQUIRE_GPU");
    std::printf("no CUDA device for this test: %s\n", survey.problem.c_str());
    return required && required == std::string_view("1") ? 1 : 77;
  }
  if (survey.devices < wanted) {
    std::printf("this test wants %d CUDA devices (found %d)\n", wanted, survey.devices);
    return 77;
  }
  return 0;
}
