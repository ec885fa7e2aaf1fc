#include "support/mpi_main.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>

namespace switchyard::test {
namespace {
Communicator* current_world = nullptr;
}
Communicator& world() { return *current_world; }
}  // namespace switchyard::test

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  switchyard::MpiSession session(argc, argv, std::chrono::seconds(60));
  switchyard::test::current_world = &session.world();
  int failed = RUN_ALL_TESTS();
  if (testing::UnitTest::GetInstance()->test_to_run_count() == 0) {
    std::fprintf(stderr, "no test ran\n");
    failed = 1;
  }
  // One rank's failure must not leave the others waiting inside MPI_Finalize.
  if (failed) session.abort(1);
  return 0;
}
