#include "ops/cuda/cuda_backend.hpp"
#include "ops/cuda/group_by_kernels.hpp"
#include "ops/cuda/routing_sums_kernels.hpp"
#include "ops/dispatch.hpp"
#include "ops/ref/check.hpp"

namespace switchyard {
namespace {

void expect_chosen(const Tensor& chosen) {
  ref::expect_rank(chosen, "the chosen groups", 2);
  ref::expect(chosen, "the chosen groups", chosen.shape(), DType::i32);
}

}  // namespace

Grouping CudaBackend::group_by(const Tensor& groups_of, int groups) {
  expect_chosen(groups_of);
  SY_REQUIRE(0 <= groups && groups <= kMaxGroups, ExitCode::run_failed,
             "rows cannot be sorted into {} groups on a CUDA device (at most {}); use fewer "
             "experts, or --device cpu",
             groups, kMaxGroups);
  const std::int64_t elements = groups_of.numel();
  const GroupExtent extent{static_cast<int>(elements), static_cast<int>(groups_of.dim(1)), groups};
  Grouping out{empty({elements}, DType::i32), empty({elements}, DType::i32),
               empty({groups + 1}, DType::i64)};
  Tensor counts = empty({groups, extent.tiles()}, DType::i32);
  launch_group_by(stream(), extent,
                  {groups_of.data<std::int32_t>(), out.place.data<std::int32_t>(),
                   out.row.data<std::int32_t>(), out.offsets.data<std::int64_t>()},
                  counts.data<std::int32_t>());
  return out;
}

Tensor CudaBackend::routed_keys(const Tensor& sample_ids, const Tensor& chosen, const Tensor& place,
                                int experts) {
  expect_chosen(chosen);
  ref::expect(sample_ids, "the sample ids", {chosen.dim(0)}, DType::i64);
  ref::expect(place, "the places", {chosen.numel()}, DType::i32);
  Tensor keys = empty({chosen.numel()}, DType::i64);
  launch_routed_keys(stream(), {sample_ids.data<std::int64_t>(), chosen.data<std::int32_t>(),
                                place.data<std::int32_t>(), chosen.numel(), chosen.dim(1), experts,
                                keys.data<std::int64_t>()});
  return keys;
}

Tensor CudaBackend::routing_sums(const Tensor& probs, const Tensor& chosen) {
  ref::expect_rank(probs, "the routing probabilities", 2);
  if (chosen) expect_chosen(chosen);
  const std::int64_t experts = probs.dim(1);
  Tensor sums = empty({1 + 2 * experts}, DType::f64);
  const RoutingFigures figures{probs.dim(0), static_cast<int>(experts), chosen ? chosen.numel() : 0,
                               chosen ? chosen.data<std::int32_t>() : nullptr, sums.data<double>()};
  dispatch_compute(probs.dtype(),
                   [&]<class T>() { launch_routing_sums<T>(stream(), probs.data<T>(), figures); });
  return sums;
}

Tensor CudaBackend::count_correct(const Tensor& logits, const Tensor& labels) {
  ref::expect_rank(logits, "the logits", 2);
  ref::expect(labels, "the labels", {logits.dim(0)}, DType::i32);
  SY_REQUIRE(logits.dim(1) > 0 || logits.dim(0) == 0, ExitCode::run_failed,
             "logits of shape {} have no largest entries", to_string(logits.shape()));
  Tensor correct = empty({1}, DType::f64);
  dispatch_compute(logits.dtype(), [&]<class T>() {
    launch_count_correct<T>(stream(), logits.data<T>(), labels.data<std::int32_t>(), logits.dim(0),
                            static_cast<int>(logits.dim(1)), correct.data<double>());
  });
  return correct;
}

}  // namespace switchyard
