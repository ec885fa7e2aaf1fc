// Order and figures of a routing.

#include <cmath>
#include <numeric>

#include "ops/ref/check.hpp"
#include "ops/ref/ref_backend.hpp"

namespace switchyard {
namespace {

// chosen (B,k) i32 with numbers below `groups`.
void expect_chosen(const Tensor& chosen, std::int64_t groups) {
  ref::expect_rank(chosen, "the chosen groups", 2);
  ref::expect(chosen, "the chosen groups", chosen.shape(), DType::i32);
  for (std::int32_t g : chosen.span<std::int32_t>()) {
    SY_REQUIRE(0 <= g && g < groups, ExitCode::run_failed, "group {} is not one of {}", g, groups);
  }
}

}  // namespace

Grouping RefBackend::group_by(const Tensor& groups_of, int groups) {
  expect_chosen(groups_of, groups);
  const std::int64_t elements = groups_of.numel();
  Grouping out{empty({elements}, DType::i32), empty({elements}, DType::i32),
               zeros({groups + 1}, DType::i64)};
  const std::span offsets = out.offsets.span<std::int64_t>();
  const std::span group = groups_of.span<std::int32_t>();
  for (std::int32_t g : group) ++offsets[g + 1];
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  std::vector<std::int64_t> next(offsets.begin(), offsets.end());
  for (std::int64_t i = 0; i < elements; ++i) {
    const std::int64_t place = next[group[i]]++;
    out.place.data<std::int32_t>()[i] = static_cast<std::int32_t>(place);
    out.row.data<std::int32_t>()[place] = static_cast<std::int32_t>(i / groups_of.dim(1));
  }
  return out;
}

Tensor RefBackend::routed_keys(const Tensor& sample_ids, const Tensor& chosen, const Tensor& place,
                               int experts) {
  expect_chosen(chosen, experts);
  ref::expect(sample_ids, "the sample ids", {chosen.dim(0)}, DType::i64);
  ref::expect(place, "the places", {chosen.numel()}, DType::i32);
  Tensor keys = empty({chosen.numel()}, DType::i64);
  for (std::int64_t i = 0; i < chosen.numel(); ++i) {
    const std::int32_t to = place.data<std::int32_t>()[i];
    SY_REQUIRE(0 <= to && to < chosen.numel(), ExitCode::run_failed, "place {} is not one of {}",
               to, chosen.numel());
    const std::int64_t sample = sample_ids.data<std::int64_t>()[i / chosen.dim(1)];
    keys.data<std::int64_t>()[to] = sample * experts + chosen.data<std::int32_t>()[i];
  }
  return keys;
}

Tensor RefBackend::routing_sums(const Tensor& probs, const Tensor& chosen) {
  ref::expect_rank(probs, "the routing probabilities", 2);
  const std::int64_t experts = probs.dim(1);
  Tensor sums = zeros({1 + 2 * experts}, DType::f64);
  double& entropy = sums.data<double>()[0];
  double* probability = sums.data<double>() + 1;
  double* assigned = probability + experts;
  dispatch_float(probs.dtype(), [&]<class T>() {
    for (std::int64_t i = 0; i < probs.numel(); ++i) {
      const double p = probs.data<T>()[i];
      probability[i % experts] += p;
      if (p > 0) entropy -= p * std::log(p);
    }
  });
  if (chosen) {
    expect_chosen(chosen, experts);
    for (std::int32_t e : chosen.span<std::int32_t>()) assigned[e] += 1;
  } else {
    std::fill_n(assigned, experts, static_cast<double>(probs.dim(0)));
  }
  return sums;
}

Tensor RefBackend::count_correct(const Tensor& logits, const Tensor& labels) {
  ref::expect_rank(logits, "the logits", 2);
  ref::expect(labels, "the labels", {logits.dim(0)}, DType::i32);
  const Tensor best = topk(logits, 1);
  const auto first = best.span<std::int32_t>(), truth = labels.span<std::int32_t>();
  const double correct = std::inner_product(first.begin(), first.end(), truth.begin(), 0.0,
                                            std::plus<>(), std::equal_to<>());
  return full({1}, DType::f64, correct);
}

}  // namespace switchyard
