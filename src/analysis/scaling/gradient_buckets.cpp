#include "analysis/scaling/gradient_buckets.hpp"

#include <algorithm>
#include <ranges>

#include "analysis/scaling/model_work.hpp"
#include "device/dtype.hpp"
#include "parallel/grid.hpp"

namespace switchyard {
namespace {

struct TensorWork {
  std::int64_t elements;
  int layer;
};

// `tensors` in order of creation.
std::vector<GradientBucket> collect(const std::vector<TensorWork>& tensors, Precision precision,
                                    std::size_t limit) {
  const auto element = static_cast<double>(size_of(master_dtype(precision)));
  std::vector<GradientBucket> buckets;
  for (const TensorWork& tensor : tensors | std::views::reverse) {
    if (buckets.empty() || buckets.back().bytes >= static_cast<double>(limit))
      buckets.push_back({0, tensor.layer});
    buckets.back().bytes += element * static_cast<double>(tensor.elements);
    buckets.back().complete_after = std::min(buckets.back().complete_after, tensor.layer);
  }
  return buckets;
}

}  // namespace

std::vector<GradientBucket> replicated_buckets(const StepShape& shape, std::size_t limit) {
  const std::vector<ConvWork> layers = backbone_work(shape.model.width);
  std::vector<int> by_creation(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i)
    by_creation[static_cast<std::size_t>(layers[i].created)] = static_cast<int>(i);
  std::vector<TensorWork> tensors;
  for (int index : by_creation) {
    const ConvWork& layer = layers[static_cast<std::size_t>(index)];
    for (std::int64_t elements :
         {layer.weights(), std::int64_t{layer.out}, std::int64_t{layer.out}})
      tensors.push_back({elements, index});
  }
  for (std::int64_t elements : head_work(shape.model).replicated)
    tensors.push_back({elements, static_cast<int>(layers.size())});
  return collect(tensors, shape.precision, limit);
}

std::vector<GradientBucket> expert_buckets(const StepShape& shape, const GridShape& grid,
                                           std::size_t limit) {
  if (!shape.model.head.is_moe()) return {};
  std::vector<TensorWork> tensors;
  const int owned = expert_range(shape.model.head.experts, grid.ep, 0).size();
  for (int expert = 0; expert < owned; ++expert)
    for (std::int64_t elements : head_work(shape.model).expert) tensors.push_back({elements, 0});
  return collect(tensors, shape.precision, limit);
}

}  // namespace switchyard
