#include "analysis/scaling/model_work.hpp"

#include <numeric>

namespace switchyard {
namespace {

constexpr int kImageSide = 32;
constexpr int kImageChannels = 3;

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

// Appends weight and bias; returns the FLOPs of a row.
double add_linear(std::vector<std::int64_t>& tensors, std::int64_t in, std::int64_t out) {
  tensors.insert(tensors.end(), {in * out, out});
  return 2.0 * static_cast<double>(in * out);
}

}  // namespace

std::vector<ConvWork> backbone_work(int width) {
  std::vector<ConvWork> layers = {{kImageChannels, width, 3, kImageSide, kImageSide, 0}};
  int in = width, side = kImageSide, created = 1;
  for (int stage = 0; stage < 4; ++stage) {
    const int out = width << stage;
    for (int block = 0; block < 2; ++block) {
      const int stride = stage > 0 && block == 0 ? 2 : 1, after = side / stride;
      const bool downsample = stride != 1 || in != out;
      if (downsample) layers.push_back({in, out, 1, side, after, created + 2});
      layers.push_back({in, out, 3, side, after, created});
      layers.push_back({out, out, 3, after, after, created + 1});
      created += downsample ? 3 : 2;
      in = out;
      side = after;
    }
  }
  return layers;
}

int features_of(const ModelConfig& model) {
  return 8 * model.width;
}

HeadWork head_work(const ModelConfig& model) {
  const HeadConfig& head = model.head;
  const int features = features_of(model);
  HeadWork work;
  if (!head.is_moe()) {
    work.mlp_flops = add_linear(work.replicated, features, head.dense_hidden) +
                     add_linear(work.replicated, head.dense_hidden, model.classes);
    return work;
  }
  work.router_flops = add_linear(work.replicated, features, head.experts);
  if (head.is_sparse()) work.router_flops += add_linear(work.replicated, features, head.experts);
  work.mlp_flops = add_linear(work.expert, features, head.expert_hidden) +
                   add_linear(work.expert, head.expert_hidden, model.classes);
  return work;
}

std::int64_t parameter_count(const ModelConfig& model) {
  const HeadWork head = head_work(model);
  std::int64_t count = sum(head.replicated);
  if (model.head.is_moe()) count += model.head.experts * sum(head.expert);
  for (const ConvWork& layer : backbone_work(model.width)) count += layer.parameters();
  return count;
}

}  // namespace switchyard
