// Runs one way of waiting for ever, given by name, under a short deadline; the last rank strays.
// A rank that throws says so on standard output and ends the launch with exit status 42.

#include <mpi.h>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>

#include "comm/communicator.hpp"

namespace {

using namespace switchyard;

void sum_numbers(Communicator& group) {
  const auto allocator = make_host_allocator();
  Tensor x(*allocator, {3}, DType::f64);
  group.all_reduce_sum(x);
}

/// The last rank scatters a sum while the others expect a row of it: nobody sends, all wait.
void disagree(Communicator& group, bool strays) {
  const auto allocator = make_host_allocator();
  const Tensor none(*allocator, {0, 1}, DType::f64);
  Tensor row(*allocator, {1, 1}, DType::f64);
  const std::vector<std::int64_t> no_rows(group.size(), 0);
  std::vector<std::int64_t> last_row = no_rows;
  last_row.back() = 1;
  if (strays) {
    group.reduce_scatter_rows(Tensor(*allocator, {1, 1}, DType::f64), row, last_row);
  } else {
    group.all_to_all_rows(none, no_rows, row, last_row);
  }
}

int sleep_long(MPI_Comm, int, void*, void*) {
  std::this_thread::sleep_for(std::chrono::seconds(60));
  return MPI_SUCCESS;
}

/// MPI_Finalize begins with the attributes of MPI_COMM_SELF.
void sleep_in_mpi_finalize() {
  int key = 0;
  MPI_Comm_create_keyval(MPI_COMM_NULL_COPY_FN, sleep_long, &key, nullptr);
  MPI_Comm_set_attr(MPI_COMM_SELF, key, nullptr);
}

void run(const std::string& way, Communicator& world) {
  const bool strays = world.rank().value == world.size() - 1;
  world.barrier();
  if (way == "silent") {
    if (strays) std::this_thread::sleep_for(std::chrono::seconds(60));
    sum_numbers(world);
  } else if (way == "disagree") {
    disagree(world, strays);
  } else if (way == "truncate") {
    strays ? world.barrier() : sum_numbers(world);
  } else if (way == "other-group") {
    const auto pair = world.split(world.rank().value == 0 ? 0 : 1, "upper ranks");
    strays ? sum_numbers(*pair) : sum_numbers(world);
  } else if (way == "progress") {
    while (strays) world.progress();
    sum_numbers(world);
  } else if (way == "leaves") {
    if (!strays) sum_numbers(world);
  } else if (way == "at-end") {
    if (strays) sleep_in_mpi_finalize();
  } else if (way == "throws") {
    if (strays) {
      std::printf("rank %d leaves by an exception\n", world.rank().value);
      throw std::runtime_error("out of luck");
    }
    sum_numbers(world);
  }
}

}  // namespace

int main(int argc, char** argv) try {
  const std::string way = argv[1];
  MpiSession session(argc, argv, std::chrono::milliseconds(500));
  try {
    run(way, session.world());
  } catch (const Error& error) {
    std::printf("%s\n", error.what());
    session.abort(42);
  }
  return 0;
} catch (const std::runtime_error&) {
  return 43;  // too late: the session has ended the launch before
}
