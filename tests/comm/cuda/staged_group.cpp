#include "comm/cuda/device_group.hpp"
#include "comm/cuda/staged_communicator.hpp"
#include "support/mpi_main.hpp"

namespace switchyard::test {

std::unique_ptr<Communicator> make_device_group() {
  return make_staged_communicator(device(), world());
}

}  // namespace switchyard::test
