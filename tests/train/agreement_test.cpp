#include "train/agreement.hpp"

#include <gtest/gtest.h>

#include "support/error_text.hpp"
#include "support/mpi_main.hpp"

namespace switchyard {
namespace {

using test::world;
using testing::error_text;

int me() {
  return world().rank().value;
}

TEST(Agree, RunsTheTaskOnEveryRank) {
  int runs = 0;
  agree(world(), [&] { ++runs; });
  EXPECT_EQ(runs, 1);
}

TEST(Agree, EveryRankThrowsTheErrorOfOne) {
  int last = world().size() - 1;
  std::string text = error_text(ExitCode::bad_data, [&] {
    agree(world(), [&] {
      if (me() == last) fail(ExitCode::bad_data, "no luck, twice");
    });
  });
  EXPECT_EQ(text, last == 0 ? "no luck, twice" : fmt::format("rank {}: no luck, twice", last));
}

TEST(Agree, TheLowestFailingRankSpeaks) {
  std::string text = error_text(ExitCode::run_failed, [&] {
    agree(world(), [&] { throw std::runtime_error(fmt::format("from {}", me())); });
  });
  EXPECT_NE(text.find("from 0"), std::string::npos) << text;
}

}  // namespace
}  // namespace switchyard
