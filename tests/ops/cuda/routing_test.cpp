// Routing of large batches, among many experts, and of logits that are not numbers.

#include <limits>

#include "ops/cuda/on_device.hpp"
#include "support/error_text.hpp"

namespace switchyard::test {
namespace {

using switchyard::testing::contains;
using switchyard::testing::error_text;

class CudaRouting : public OnDevice {
 protected:
  /// (rows, k) numbers in [0, groups), of which some never occur.
  Tensor random_groups(std::int64_t rows, std::int64_t k, int groups) {
    const RandomStream stream(5, RandomPurpose::synthetic_data);
    std::vector<std::int32_t> all(static_cast<std::size_t>(rows * k));
    for (std::size_t i = 0; i < all.size(); ++i)
      all[i] =
          static_cast<std::int32_t>(stream.below(static_cast<std::uint64_t>(groups), i, 0)) / 2 * 2;
    return indices(ref_, {rows, k}, all);
  }

  void expect_sorted(std::int64_t rows, std::int64_t k, int groups) {
    SCOPED_TRACE(fmt::format("{} x {} by {}", rows, k, groups));
    const Tensor chosen = random_groups(rows, k, groups);
    const Grouping found = cuda_.group_by(put(chosen), groups);
    const Grouping expected = ref_.group_by(chosen, groups);
    expect_near(found.place, expected.place, 0);
    expect_near(found.row, expected.row, 0);
    expect_near(found.offsets, expected.offsets, 0);
  }
};

TEST_F(CudaRouting, SortsRowsThatOneBlockDoesNotHold) {
  expect_sorted(4096, 1, 8);
  expect_sorted(4097, 1, 8);
  expect_sorted(7000, 3, 8);
  expect_sorted(5000, 2, 1024);
  expect_sorted(5000, 2, 1);
}

TEST_F(CudaRouting, SaysHowManyGroupsItCanTellApart) {
  const Tensor chosen = cuda_.zeros({2, 2}, DType::i32);
  const std::string text = error_text(ExitCode::run_failed, [&] { cuda_.group_by(chosen, 1025); });
  EXPECT_TRUE(contains(text, "into 1025 groups on a CUDA device (at most 1024)"));
}

TEST_F(CudaRouting, RanksAsManyExpertsAsThereAre) {
  const TopKSpec spec{.k = 1000, .standardize = true};
  const Tensor logits = scattered({3, 1000}, 1, DType::f64);
  const TopKRouting found = cuda_.route_topk({put(logits), {}, {}, {}}, spec);
  const TopKRouting expected = ref_.route_topk({logits, {}, {}, {}}, spec);
  expect_near(found.chosen, expected.chosen, 0);
  expect_near(found.weights, expected.weights, 1e-13);
  expect_near(found.probs, expected.probs, 1e-13);
}

// A step whose logits are not finite is noticed later; until then its choices must name experts.
TEST_F(CudaRouting, ChoosesDifferentExpertsWhateverTheLogits) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const Tensor logits = put(make(ref_, {3, 4},
                                 {kNan, kNan, kNan, kNan,            //
                                  kNan, -kInfinity, 1.0, kInfinity,  //
                                  -kInfinity, -kInfinity, kNan, -5.0}));
  const TopKRouting found = cuda_.route_topk({logits, {}, {}, {}}, {.k = 3, .standardize = false});
  EXPECT_EQ(get(found.chosen), (std::vector<double>{0, 1, 2, 3, 2, 0, 3, 0, 1}));
  const Tensor standardised = put(make(ref_, {1, 3}, {kNan, 1.0, 2.0}));
  EXPECT_EQ(get(cuda_.route_topk({standardised, {}, {}, {}}, {.k = 3}).chosen),
            (std::vector<double>{0, 1, 2}));
}

TEST_F(CudaRouting, NamesWhatDoesNotFit) {
  const Tensor logits = cuda_.zeros({2, 4}, DType::f32), one = cuda_.zeros({2, 1}, DType::f32);
  const auto route = [&](const TopKInputs& in, const TopKSpec& spec) {
    return error_text(ExitCode::run_failed, [&] { cuda_.route_topk(in, spec); });
  };
  EXPECT_TRUE(contains(route({logits, {}, {}, {}}, {.k = 5}), "cannot choose 5 of 4 experts"));
  EXPECT_TRUE(contains(route({one, {}, {}, {}}, {}), "1 experts have no standard deviation"));
  EXPECT_TRUE(contains(route({logits, {}, logits, {}}, {}), "must be given together"));
  EXPECT_TRUE(
      contains(route({logits, {}, {}, one}, {}), "the mask of the routing logits is (2, 1)"));
}

}  // namespace
}  // namespace switchyard::test
