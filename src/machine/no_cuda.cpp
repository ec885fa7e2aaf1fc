// A build without CUDA.

#include "machine/cuda_machine.hpp"

namespace switchyard {

std::string why_no_cuda() {
  return "this build has no CUDA; configure it with -DSWITCHYARD_CUDA=ON, which says what it "
         "lacks, "
         "or run on the CPU (--device cpu)";
}

std::unique_ptr<Machine> make_cuda_machine(const MachineConfig&, Communicator&, Logger&) {
  fail(ExitCode::bad_usage, why_no_cuda());
}

}  // namespace switchyard
